import {
  getDefaultDevice,
  getDefaultDtype,
  getPrintOptions,
  isGradEnabled,
  setDefaultDevice,
  setDefaultDtype,
  setGradEnabled,
  setPrintOptions,
  setWarningHandler,
} from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';

/** Runs `body` with `backend` as the device and every other setting at its start, and without warnings; then puts the settings back. */
export async function withSettings<R>(backend: Backend, body: () => Promise<R>): Promise<R> {
  const device = setDefaultDevice(backend) ?? getDefaultDevice();
  const [dtype, gradients, printing] = [getDefaultDtype(), isGradEnabled(), getPrintOptions()];
  setDefaultDtype('float32');
  setGradEnabled(true);
  setPrintOptions({ profile: 'default' });
  const warnings = setWarningHandler(() => {});
  try {
    return await body();
  } finally {
    setDefaultDevice(device);
    setDefaultDtype(dtype);
    setGradEnabled(gradients);
    setPrintOptions(printing);
    setWarningHandler(warnings);
  }
}
