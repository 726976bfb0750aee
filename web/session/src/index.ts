/** Sessions as pages use them. `connect` starts the worker behind one. */
export { AgentSession } from './agent.svelte';
export { canCapture } from './capture';
export { Pictures } from './pictures.svelte';
export { Presenter } from './presenter.svelte';
export { ConsoleSession, type Shot } from './console.svelte';
export { ALL_DISPLAYS } from './messages';
export type * from './messages';
export type { AgentPort, ConsolePort } from './ports';
export type { Folder } from './requests';
export { forgetAll, keepsAgent, keptSessions } from './store';
