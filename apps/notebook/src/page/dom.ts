type Child = Node | string | undefined | false;

/** An element with properties and children: `h('p', { className: 'note' }, 'text')`. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

export function button(label: string, onclick: () => void, title = ''): HTMLButtonElement {
  return h('button', { type: 'button', onclick, title }, label);
}

/** A switch with its label. */
export function toggle(
  label: string,
  checked: boolean,
  onchange: (checked: boolean) => void,
): HTMLLabelElement {
  const box = h('input', { type: 'checkbox', checked, onchange: () => onchange(box.checked) });
  return h('label', { className: 'toggle' }, box, label);
}

export function find(selector: string): HTMLElement {
  return document.querySelector<HTMLElement>(selector)!;
}
