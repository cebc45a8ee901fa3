import type { Properties } from './options.ts';

const TEXT_MAX = 100;
const OF_INTEREST =
  'a,button,input,select,textarea,label,form,summary,[role=button],[role=tab],[role=menuitem],[data-heedful]';
/** What stands within it is nobody's business. */
const IGNORED = '[data-heedful-ignore]';

/** Tells clicks, changed fields and submitted forms: which element, and what is written on it; never what somebody types. */
export function watchDeeds(tell: (event: string, properties: Properties) => void): void {
  for (const type of ['click', 'change', 'submit']) {
    document.addEventListener(
      type,
      (event) => {
        const target = event.target instanceof Element ? event.target.closest(OF_INTEREST) : null;
        if (target && !target.closest(IGNORED))
          tell('$autocapture', { $event_type: type, ...describe(target) });
      },
      { capture: true, passive: true },
    );
  }
}

function describe(element: Element): Properties {
  const told: Properties = { tag: element.tagName.toLowerCase() };
  const set = (name: string, value: string | null | undefined) => {
    if (value) told[name] = value.trim().replace(/\s+/g, ' ').slice(0, TEXT_MAX);
  };
  set('element_id', element.id);
  set('element_name', element.getAttribute('data-heedful') ?? element.getAttribute('name'));
  // What is written on a button is no secret; what stands in a field or a form may be.
  if (!/^(INPUT|TEXTAREA|SELECT|FORM)$/.test(element.tagName)) {
    set('text', element.getAttribute('aria-label') ?? element.textContent);
  }
  if (element instanceof HTMLAnchorElement) set('href', element.href.split('?')[0]);
  return told;
}
