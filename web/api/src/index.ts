export { api, downloadAddress, relayAddress, type Api } from './client';
export { ApiError } from './errors';
export type * from './types';
