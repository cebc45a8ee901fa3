/** How the SDK works. Only the key is needed. */
export interface Options {
  /** A capture key of the workspace; it may stand in a page. */
  key: string;
  /** Where Heedful is reached, such as `https://heedful.example.com`; where the script came from, when it is left out. */
  host?: string;
  /**
   * What is remembered in the browser. `none` (the default): nothing, and somebody who comes again is somebody new until
   * `identify`. `local`: who it is, and what could not be sent yet, in the local storage. Cookies are never set.
   */
  storage?: 'none' | 'local';
  /** Whether a view is told for each page and each change of the address; true, when left out. */
  pageViews?: boolean;
  /** Whether clicks, changes of fields and submitted forms are told by themselves; false, when left out. */
  autocapture?: boolean;
}

/** What is said with an event: names with any JSON. */
export type Properties = Record<string, unknown>;
