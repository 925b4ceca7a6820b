/** A QR code, drawn by the page itself: what it says goes to nobody. Always dark on light, as cameras want it. */
import { encode } from "uqr";

const PIXELS = 4; // for each of its squares

/** `label`: what it is for, for those who cannot see it. */
export function Qr({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: 4, ecc: "M" });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} width={size * PIXELS} height={size * PIXELS} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
