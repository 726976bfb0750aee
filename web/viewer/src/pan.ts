/** Moves the stage below the pointer: by dragging while the picture is only looked at, and by itself when the pointer nears an edge. */
import { follow, type Size } from './scale';

/** The stage as it scrolls. */
export interface Stage {
  scrollLeft: number;
  scrollTop: number;
  readonly clientWidth: number;
  readonly clientHeight: number;
}

export class Pan {
  #last: { x: number; y: number } | null = null;

  /** The pointer went down at a point of the page. */
  begin(x: number, y: number): void {
    this.#last = { x, y };
  }

  /** It moved; `true` if the stage goes with it. */
  move(stage: Stage, x: number, y: number): boolean {
    if (!this.#last) return false;
    const { scrollLeft, scrollTop } = stage;
    stage.scrollLeft += this.#last.x - x;
    stage.scrollTop += this.#last.y - y;
    // A stage stands on whole pixels and ends somewhere: what it did not go is left for the next move, or the hand slips off the picture.
    this.#last = {
      x: this.#last.x - (stage.scrollLeft - scrollLeft),
      y: this.#last.y - (stage.scrollTop - scrollTop),
    };
    return true;
  }

  end(): void {
    this.#last = null;
  }
}

/** Scrolls so that a point of the picture (css pixels from its upper left) is in sight. */
export function keepInSight(stage: Stage, x: number, y: number, picture: Size): void {
  const left = follow(x, stage.scrollLeft, stage.clientWidth, picture.width);
  const top = follow(y, stage.scrollTop, stage.clientHeight, picture.height);
  if (left !== stage.scrollLeft) stage.scrollLeft = left;
  if (top !== stage.scrollTop) stage.scrollTop = top;
}
