import { beforeNavigate } from '$app/navigation';

const WORDS = 'What you typed here is not saved yet. Leave all the same?';

/** Asks before the page is left, closed or reloaded while something typed is not saved. */
export function warnBeforeLeaving(unsaved: () => boolean) {
  beforeNavigate((navigation) => {
    if (!unsaved()) return;
    // A tab that is being closed can only show the browser's own question, which `cancel` brings up.
    if (navigation.type === 'leave' || !window.confirm(WORDS)) navigation.cancel();
  });
}
