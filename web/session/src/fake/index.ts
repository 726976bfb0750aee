/** Sessions without a worker, a server or a customer: whole views for tests, pictures and building pages. */
export * from './views';
export { SCENARIOS, type Scenario } from './scenarios';
