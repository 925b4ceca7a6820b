/** Where a phone opens a place: `geo:` (RFC 5870) is its own map app's, whichever that is; Apple's knows it by another name. */
const APPLE = /iPhone|iPad|iPod|Macintosh/;

export function mapLink(latitude: number, longitude: number, agent: string = navigator.userAgent): string {
  const at = `${latitude.toFixed(6)},${longitude.toFixed(6)}`;
  return APPLE.test(agent) ? `maps:?q=${at}` : `geo:${at}?q=${at}`;
}
