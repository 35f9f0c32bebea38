// A page that stands for itself: HTML with its style inside, nothing from elsewhere, dark or light as the reader wishes.

const style = `
:root { color-scheme: light dark; --text: #1d2126; --page: #fff; --line: #d5d9de; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e7ea; --page: #16191d; --line: #3a4048; } }
body { margin: 2rem auto; max-width: 56rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 0.5rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
svg { width: 100%; height: auto; } svg text { fill: var(--text); font-size: 11px; } .grid { stroke: var(--line); }

.legend span { display: inline-block; margin-right: 1.2rem; } .legend b { display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.4rem; }
.scroll { overflow-x: auto; } pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0.6rem; border: 1px solid var(--line); } dt { font-weight: 600; } dd { margin: 0; }
p, td, li { overflow-wrap: anywhere; } .trials { min-width: 52rem; } .trials td { overflow-wrap: normal; } small { display: block; opacity: 0.75; }
.diverged, .failed { color: #d33; } .solved, .learned { color: #2a8a3e; } .sound { border-left: 4px solid #4c9a5b; padding-left: 0.8rem; }
@media (max-width: 40rem) { body { margin: 1rem auto; } th { white-space: normal; } .chart svg { min-width: 34rem; } }
.broken { border-left: 4px solid #c33; padding-left: 0.8rem; }
`;

/** Makes text safe inside HTML, in attributes too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Writes a table of two columns; both are plain text. */
export function formatTable(rows: readonly (readonly [head: string, value: string])[]): string {
  const lines = rows.map(([head, value]) => `<tr><th>${escapeHtml(head)}</th><td>${escapeHtml(value)}</td></tr>`);
  return `<table>\n${lines.join('\n')}\n</table>`;
}

/** Puts a page together; `parts` are HTML, `title` is plain text. */
export function formatHtmlPage(title: string, parts: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<h1>${escapeHtml(title)}</h1>`,
    ...parts,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
