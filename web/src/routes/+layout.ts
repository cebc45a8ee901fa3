// The app runs in the browser alone; the server hands out one page for every address.
export const ssr = false;
export const prerender = false;
