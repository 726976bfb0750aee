/** Building blocks without a word of their own: every text comes from who uses them. */
export { default as Button } from './Button.svelte';
export { default as Card } from './Card.svelte';
export { default as Check } from './Check.svelte';
export { default as Chip } from './Chip.svelte';
export { default as Dialog } from './Dialog.svelte';
export { default as Field } from './Field.svelte';
export { default as Icon } from './Icon.svelte';
export { default as Menu } from './Menu.svelte';
export { default as MenuItem } from './MenuItem.svelte';
export { default as Notice } from './Notice.svelte';
export { default as Progress } from './Progress.svelte';
export { default as Segments } from './Segments.svelte';
export { default as Select } from './Select.svelte';
export { default as Table } from './Table.svelte';
export { default as Tabs } from './Tabs.svelte';
export { default as TextArea } from './TextArea.svelte';
export type { IconName } from './icons';
