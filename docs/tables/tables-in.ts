/** Table of options in a page. */
export interface TableInPage {
  /** Constant that declares the options. */
  name: string;
  /** Titles of the page and of the section that it stands in. */
  title: string;
  /** `#section`; empty in the head of the page. */
  anchor: string;
}

/** Finds the tables of options in a page of docs. */
export function tablesIn(text: string): TableInPage[] {
  let page = '';
  let section = '';
  return text.split('\n').flatMap((line) => {
    page = /^# ([^:]+)/.exec(line)?.[1] ?? page;
    section = /^## (.+)/.exec(line)?.[1] ?? section;
    const name = /^<!-- options (\w+) -->$/.exec(line)?.[1];
    if (name === undefined) return [];
    const title = section === '' || section === 'Options' ? page : `${page}: ${section}`;
    return [{ name, title, anchor: section === '' ? '' : `#${slugOf(section)}` }];
  });
}

/** The anchor that GitHub gives a heading. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(/\s+/g, '-');
}
