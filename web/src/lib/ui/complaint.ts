/** A field's name in the API as words: `source_id` → "Source", `next_step.note` → "Next step note". */
export function fieldWords(name: string): string {
  const words = name.replace(/_id$/, '').replace(/[._]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A complaint as it stands under its field: the server's goes on after the name, here it is a sentence. */
export function complaint(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** One line above a form: what was refused, since a field may be out of sight or not part of the form. */
export function summaryOf(fields: Record<string, string[]>, message: string | undefined): string | undefined {
  const parts = Object.entries(fields).map(
    ([name, messages]) => `${fieldWords(name)}: ${messages.join(', ')}`,
  );
  return parts.length ? complaint(parts.join('. ')) : message;
}
