/**
 * Where the remote picture stands on the page and which remote pixel a point of the page is.
 *
 * Three units: *remote* pixels of the customer's display, *device* pixels of this screen, *css* pixels of this page.
 * At 100 % one remote pixel is one device pixel, whatever the browser's zoom.
 */

export type Zoom = 'fit' | 'actual';

export interface Size {
  width: number;
  height: number;
}

export interface Layout {
  /** Size and place of the picture inside the stage, in css pixels; left and top are on device pixels. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** Device pixels per remote pixel. */
  scale: number;
  /** The picture is larger than the stage and scrolls. */
  scrolls: boolean;
  /** Every remote pixel is a whole square of device pixels: draw it sharp. */
  sharp: boolean;
}

/** Places a picture in a stage (css pixels) for a zoom and the page's `devicePixelRatio`. */
export function layout(picture: Size, stage: Size, zoom: Zoom, ratio: number): Layout {
  const device = { width: stage.width * ratio, height: stage.height * ratio };
  const fit = Math.min(device.width / picture.width, device.height / picture.height);
  const scale = zoom === 'actual' ? 1 : fit > 0 && Number.isFinite(fit) ? fit : 1;
  const width = zoom === 'actual' ? picture.width : Math.max(1, Math.floor(picture.width * scale));
  const height = zoom === 'actual' ? picture.height : Math.max(1, Math.floor(picture.height * scale));
  const left = Math.max(0, Math.floor((device.width - width) / 2));
  const top = Math.max(0, Math.floor((device.height - height) / 2));
  return {
    left: left / ratio,
    top: top / ratio,
    width: width / ratio,
    height: height / ratio,
    scale: width / picture.width,
    scrolls: width > device.width + 0.5 || height > device.height + 0.5,
    sharp: width % picture.width === 0 && height % picture.height === 0,
  };
}

export interface Box extends Size {
  left: number;
  top: number;
}

/**
 * The remote pixel under a point of the page. `box` is the picture's `getBoundingClientRect`, so scrolling and zoom are in it already.
 * Points outside give the nearest pixel of the edge (a drag may leave the picture).
 */
export function remotePixel(clientX: number, clientY: number, box: Box, picture: Size): { x: number; y: number } {
  return {
    x: along(clientX - box.left, box.width, picture.width),
    y: along(clientY - box.top, box.height, picture.height),
  };
}

function along(offset: number, length: number, pixels: number): number {
  if (!(length > 0)) return 0;
  // Browsers report points and boxes rounded to 1/64 px at best: a point this close under a pixel's edge is that pixel.
  const slack = 1e-6 * pixels;
  const at = Math.floor((offset / length) * pixels + slack);
  return Math.min(pixels - 1, Math.max(0, at));
}

/** Whether a point is on the picture at all. */
export function inside(clientX: number, clientY: number, box: Box): boolean {
  const x = clientX - box.left;
  const y = clientY - box.top;
  return x >= 0 && y >= 0 && x < box.width && y < box.height;
}
