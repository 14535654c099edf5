#pragma once
// How the page looks: by day, by night and on paper, wide and narrow. No character in it is a mark of XML.

namespace pg_retention {

constexpr char kStyle[] = R"(
:root { color-scheme: light dark; --ground: #f5f6f8; --card: #fff; --ink: #1c2530; --soft: #55606e; --line: #dde2e8; --link: #1a56a8;
  --s0: #2f6db5; --s1: #d97a1d; --s2: #7a8796; --good: #17683a; --good-g: #e3f3e9; --work: #1a56a8; --work-g: #e4edf9; --wait: #9c2b16; --wait-g: #fce9e5; --quiet: #4d5866; --quiet-g: #eceff3; }
@media screen and (prefers-color-scheme: dark) { :root { --ground: #12161c; --card: #1a2028; --ink: #e7ebf0; --soft: #a8b3c0; --line: #313a46; --link: #8bbcf5;
  --s0: #6ba6ea; --s1: #f0a45c; --s2: #97a4b3; --good: #8fd6ab; --good-g: #173425; --work: #9cc6f7; --work-g: #18304c; --wait: #ffb4a4; --wait-g: #48211a; --quiet: #bcc6d2; --quiet-g: #2a323d; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 80rem; margin: 0 auto; padding: 2rem 1.5rem 3rem; }
h1, h2, h3 { line-height: 1.25; margin: 0; text-wrap: balance; break-after: avoid; }
h1 { font-size: 1.9rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .4rem 0; max-width: 46rem; }
a { color: var(--link); }
a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code { font: .875em ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
header p { color: var(--soft); }
.made { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: .75rem 0 0; }
.made div, .facts div { display: flex; gap: .5rem; }
.made dt, .facts dt { color: var(--soft); }
.made dd, .facts dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 1.25rem 0 0; padding: 0; }
nav a { display: inline-block; padding: .2rem 0; text-underline-offset: .2em; text-decoration-thickness: 1px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.25rem 1.5rem 1.5rem; margin: 1.5rem 0 0; }
.from { color: var(--soft); font-size: .875rem; margin: .1rem 0 .6rem; }
.place { display: inline-block; vertical-align: .12em; font-size: .75rem; font-weight: 500; letter-spacing: 0; line-height: 1.4; color: var(--quiet); border: 1px dashed var(--soft); border-radius: 1rem; padding: 0 .6rem; margin-left: .25rem; }
footer .place { margin-left: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); gap: .75rem; margin: 1rem 0 0; }
.tiles div { border: 1px solid var(--line); border-left: .3rem solid var(--line); border-radius: .4rem; padding: .6rem .8rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.tiles .bad { border-left-color: var(--wait); }
.tiles .fine { border-left-color: var(--good); }
.tiles dt { color: var(--soft); font-size: .875rem; line-height: 1.35; }
.tiles dd { margin: 0; font-size: 1.6rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
.needs { border-radius: .4rem; padding: .75rem 1rem; margin: 1rem 0 0; background: var(--wait-g); color: var(--wait); }
.needs.nobody { background: var(--good-g); color: var(--good); }
.needs h3 { margin: 0; }
.needs ul { margin: .25rem 0 0; padding-left: 1.2rem; }
.needs a { color: inherit; text-underline-offset: .2em; }
.needs data { font-weight: 600; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: .2rem 2rem; margin: .6rem 0; }
.facts div:has(.hash) { grid-column: 1 / -1; }
.hash { font-weight: 400; }
.scroll { overflow-x: auto; margin: .6rem 0 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.scroll { position: relative; }
th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child th, tbody tr:last-child td { border-bottom: 0; }
thead th { color: var(--soft); font-weight: 500; font-size: .8125rem; vertical-align: bottom; border-bottom-color: var(--soft); }
tbody th { font-weight: 600; min-width: 8rem; }
.n { text-align: right; white-space: nowrap; }
thead .n { white-space: normal; }
.n + td:not(.n), .n + th:not(.n) { padding-left: .9rem; }
td:where(:not(.n, .t, .none)) { min-width: 6.5rem; }
td small, th code { font-size: .8125rem; font-weight: 400; color: var(--soft); }
.t { white-space: nowrap; }
.none { color: var(--soft); }
.late { color: var(--wait); font-weight: 600; }
td code, th code { overflow-wrap: normal; white-space: nowrap; }
.w { min-width: 16rem; max-width: 26rem; }
.w div + div { margin-top: .3rem; }
.badge { display: inline-block; white-space: nowrap; font-size: .8125rem; font-weight: 600; line-height: 1.5; border-radius: 1rem; padding: 0 .6rem; }
.good { color: var(--good); background: var(--good-g); }
.quiet { color: var(--quiet); background: var(--quiet-g); }
.working { color: var(--work); background: var(--work-g); }
.waiting { color: var(--wait); background: var(--wait-g); }
.beside { display: grid; grid-template-columns: minmax(0, 7fr) minmax(0, 4fr); gap: 1rem 2.5rem; align-items: start; }
.beside th, .beside td { padding-top: .2rem; padding-bottom: .2rem; }
.beside tbody th { font-weight: 400; min-width: 0; white-space: nowrap; }
figure { margin: .6rem 0 0; }
figcaption { font-weight: 600; font-size: .9rem; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; list-style: none; margin: .3rem 0 0; padding: 0; font-size: .875rem; }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem; margin-right: .45rem; vertical-align: -.05em; }
.k0 { background: var(--s0); } .k1 { background: var(--s1); } .k2 { background: var(--s2); }
.s0 { fill: var(--s0); } .s1 { fill: var(--s1); } .s2 { fill: var(--s2); }
svg { display: block; width: 100%; min-width: 36rem; height: auto; }
svg text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--line); fill: none; } .axis { stroke: var(--soft); fill: none; }
footer { color: var(--soft); font-size: .875rem; margin: 2rem 0 0; }
footer h2 { font-size: 1rem; color: var(--ink); }
@media (max-width: 60rem) { .beside { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 36rem) { main { padding: 1.25rem .75rem 2rem; } h1 { font-size: 1.5rem; } section { padding: 1rem; } .tiles { grid-template-columns: 1fr 1fr; gap: .5rem; } .tiles dd { font-size: 1.35rem; } }
@page { margin: 14mm; }
@media print { :root { color-scheme: light; --ground: #fff; font-size: 9pt; } main { max-width: none; padding: 0; } nav { display: none; } p { max-width: none; }
  section { border-width: 1px 0 0; border-radius: 0; padding: .75rem 0; } .scroll { overflow: visible; } svg { min-width: 0; } .beside { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 0 1.5rem; }
  table, .badge, thead th, td small, th code { font-size: 7.5pt; } tr, figure, .needs, .tiles div { break-inside: avoid; } thead { display: table-header-group; } th, td { padding-right: .6rem; } tbody th, .w, td:where(:not(.n, .t, .none)) { min-width: 0; }
  thead .n, .badge { white-space: normal; } td code, th code, .hash { white-space: normal; overflow-wrap: anywhere; } .badge, .key, svg, .needs, .tiles div { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
)";

}  // namespace pg_retention
