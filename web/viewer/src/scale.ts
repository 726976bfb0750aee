/**
 * Where the remote picture stands on the page and which remote pixel a point of the page is.
 *
 * Three units: *remote* pixels of the customer's display, *device* pixels of this screen, *css* pixels of this page.
 * At 100 % one remote pixel is one device pixel, whatever the browser's zoom.
 */

/** In the stage, one to one, or so many device pixels per remote pixel. */
export type Zoom = 'fit' | 'actual' | number;

/** The steps of free zoom. */
export const STEPS = [0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4] as const;

/** The next step above or below a scale; the last one stays. */
export function stepFrom(scale: number, up: boolean): number {
  // A scale that is nearly a step is that step.
  const slack = 0.005;
  const next = up ? STEPS.find((step) => step > scale + slack) : STEPS.findLast((step) => step < scale - slack);
  return next ?? (up ? Math.max(...STEPS) : Math.min(...STEPS));
}

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
  const wanted = zoom === 'actual' ? 1 : zoom === 'fit' ? fit : zoom;
  const scale = wanted > 0 && Number.isFinite(wanted) ? wanted : 1;
  const width = Math.max(1, Math.floor(picture.width * scale));
  const height = Math.max(1, Math.floor(picture.height * scale));
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

/**
 * Where a stage has to scroll along one axis so that a point of the picture keeps clear of its edges; the same place while it does.
 * All in css pixels: `at` from the picture's beginning, `scroll` and `view` of the stage.
 */
export function follow(at: number, scroll: number, view: number, length: number): number {
  const margin = Math.min(view / 4, 80);
  const most = Math.max(0, length - view);
  const wanted = at < scroll + margin ? at - margin : at > scroll + view - margin ? at - view + margin : scroll;
  return Math.min(most, Math.max(0, wanted));
}
