/** PyTorch's node class for an operation: `log1p` gives `Log1PBackward0`, `max_pool2d` `MaxPool2DBackward0`. */
export function nodeName(name: string, overload = 0): string {
  const title = name.replace(
    /([a-z]+|\d+)_?/gi,
    (_, part: string) => part.charAt(0).toUpperCase() + part.slice(1),
  );
  return `${title}Backward${overload}`;
}
