/** Colours that pass WCAG AA on both grounds, and what all screens share of Mantine's looks. */
import { Button, createTheme, type CSSVariablesResolver } from "@mantine/core";

const SMALLEST = "1.5rem"; // a target of WCAG 2.2: 24 pixels

export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  fontFamily: "system-ui, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Noto Sans Mono', monospace",
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    Button: Button.extend({ vars: (_theme, { size }) => ({ root: size === "compact-xs" ? { "--button-height": SMALLEST } : {} }) }),
  },
});

/** Mantine's dimmed, error and placeholder grounds are too pale for 4.5:1. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-error": "var(--mantine-color-red-9)",
    "--mantine-color-placeholder": "var(--mantine-color-gray-7)",
  },
  dark: {
    "--mantine-color-dimmed": "var(--mantine-color-dark-1)",
    "--mantine-color-error": "var(--mantine-color-red-4)",
    "--mantine-color-placeholder": "var(--mantine-color-dark-1)",
  },
});

/** The nonce of this answer's policy, for the styles Mantine writes. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[property='csp-nonce']")?.nonce ?? "";
}
