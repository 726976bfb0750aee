/** Sessions as pages use them. `connect` starts the worker behind one. */
export { AgentSession } from './agent.svelte';
export { ConsoleSession, type Folder } from './console.svelte';
export type * from './messages';
export type { AgentPort, ConsolePort } from './ports';
export { forgetAll, keepsAgent, keptSessions } from './store';
