/** The page's one style sheet, within the page: nothing else is fetched. */
export const STYLE: string = `
:root { color-scheme: light dark; --ink: light-dark(#1d1b18, #ece8e1); --soft: light-dark(#5d574e, #b3aca0);
  --paper: light-dark(#fdfcfa, #171614); --line: light-dark(#e2ddd4, #37332d); --code: light-dark(#f4f1eb, #211f1c);
  --link: light-dark(#8a3412, #f0a070); }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; display: grid; grid-template-columns: 19rem minmax(0, 1fr); background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem; border-right: 1px solid var(--line); font-size: .875rem; }
nav ul { list-style: none; margin: .25rem 0 .75rem; padding: 0; }
nav li a { display: grid; grid-template-columns: 3.25rem 1fr; align-items: baseline; padding: .2rem 0; color: var(--ink); text-decoration: none; }
nav li a:hover { text-decoration: underline; }
nav summary, h2, h3 { font-weight: 650; }
main { padding: 1rem 2.5rem 6rem; max-width: 62rem; }
a { color: var(--link); }
h3 a { color: inherit; text-decoration: none; }
h2 { margin: 3rem 0 0; font-size: 1.5rem; }
h3 { margin: 0 0 .25rem; font-size: 1.125rem; }
h4 { margin: 1.25rem 0 .25rem; font-size: .9375rem; }
article { padding: 1.75rem 0; border-bottom: 1px solid var(--line); }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
p code, dd code, td code { background: var(--code); padding: .1em .3em; border-radius: .25rem; overflow-wrap: anywhere; }
.endpoint { margin: 0 0 .5rem; overflow-wrap: anywhere; }
.method { display: inline-block; font: 650 .6875rem/1.4 ui-monospace, monospace; color: var(--soft); min-width: 3rem; }
.key, .required, .limits, .type { font-size: .8125rem; color: var(--soft); }
.required { font-weight: 650; color: var(--link); }
.fields { margin: .25rem 0; }
.fields div { padding: .35rem 0; border-top: 1px solid var(--line); }
.fields .fields { margin-left: 1rem; }
dt { display: inline; } dd { margin: 0; font-size: .9375rem; overflow-wrap: anywhere; }
.answer { margin: .5rem 0; } .answer p { margin: 0; }
summary { cursor: pointer; padding: .25rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-top: 1px solid var(--line); }
td p { margin: 0; }
.samples { display: flex; flex-wrap: wrap; min-width: 0; margin: 1rem 0; padding: 0; border: 0; }
.samples legend { font-weight: 650; font-size: .9375rem; padding: 0; }
.samples input { position: absolute; opacity: 0; }
.samples label { order: 1; padding: .3rem .75rem; font-size: .8125rem; cursor: pointer; color: var(--soft); border-bottom: 2px solid transparent; }
.samples input:checked + label { color: var(--ink); border-color: var(--link); }
.samples input:focus-visible + label { outline: 2px solid var(--link); }
.samples pre { order: 2; display: none; width: 100%; margin: 0; padding: .875rem 1rem; overflow: auto; background: var(--code); border-radius: .375rem; }
.samples input:checked + label + pre { display: block; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--paper); z-index: 1; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border: 0; border-bottom: 1px solid var(--line); }
  main { padding: 1rem 1rem 4rem; } }
`;
