export { api, downloadAddress, historyFile, relayAddress, type Api } from './client';
export { ApiError } from './errors';
export type * from './types';
