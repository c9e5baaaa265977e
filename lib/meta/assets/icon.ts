/** A wall with its buttress. */
export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
  '<rect x="4" y="4" width="9" height="24" rx="1.5" fill="#1d5fa8"/>' +
  '<path d="M15 10l13 18H15z" fill="#e08a1e"/></svg>';
