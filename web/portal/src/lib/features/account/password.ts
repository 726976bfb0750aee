/** Shortest password that the server takes, in characters. */
export const SHORTEST = 8;

export const isLongEnough = (password: string): boolean => [...password].length >= SHORTEST;
