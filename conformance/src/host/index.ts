/**
 * A module's page in a headless Chromium: for suites and benches that run in a browser.
 * @packageDocumentation
 */
export { findChromium, type OpenPage, openPage } from './browser.ts';
