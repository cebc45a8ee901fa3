import { getContext, setContext } from 'svelte';

const KEY = Symbol('picked');

/** For a form: hears of choices made in pickers below it, whose values it does not hold itself. */
export const onPicked = (heard: () => void) => setContext(KEY, heard);

/** For a picker: tells the form around it, if there is one. */
export const usePicked = () => getContext<(() => void) | undefined>(KEY);
