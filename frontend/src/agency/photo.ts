/** A photo as it is sent: drawn anew in the page, so that it is small and nothing but the picture is in it. */
const SIDES: readonly number[] = [1600, 1200, 800];
const QUALITY = 0.75;
/** What a poor network carries in a few seconds; the server takes up to a megabyte. */
const MOST_BYTES = 400_000;

/** Return a JPEG, upright. Throws when the file is no picture a browser can draw. */
export async function smaller(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file);
  try {
    let made: Blob | null = null;
    for (const side of SIDES) {
      made = await drawn(picture, side);
      if (made.size <= MOST_BYTES) return made;
    }
    if (!made) throw new Error("no size to try");
    return made;
  } finally {
    picture.close();
  }
}

function drawn(picture: ImageBitmap, side: number): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((made) => { if (made) resolve(made); else reject(new Error("it could not be drawn")); }, "image/jpeg", QUALITY);
  });
}

/** The bytes of a photo in base64, as JSON takes them. */
export async function base64(photo: Blob): Promise<string> {
  const bytes = new Uint8Array(await photo.arrayBuffer());
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(parts.join(""));
}
