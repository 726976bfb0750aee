/** Digits that another page of ours hands to the join page: behind the `#`, which no browser sends anywhere. */
import { complete, digitsOf } from './code';

const NAME = '#code=';

/** What is put behind the address of the join page. */
export const given = (digits: string): string => `${NAME}${digits}`;

/** The digits behind the `#`, or nothing. They are taken out of the address: not even the history of the browser keeps them. */
export function takeGiven(place: { hash: string; pathname: string; search: string }, history: History): string {
  if (!place.hash.startsWith(NAME)) return '';
  const digits = place.hash.slice(NAME.length);
  history.replaceState(history.state, '', place.pathname + place.search);
  return digits === digitsOf(digits) && complete(digits) ? digits : '';
}
