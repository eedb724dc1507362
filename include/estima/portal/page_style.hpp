// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/portal/markup.hpp>

namespace estima::inline v0_1::portal {

/// The look of the page: two columns in a wide window, one in a narrow one; light or dark as the reader's system is.
inline constexpr source_html page_style{R"css(
:root{color-scheme:light dark;
--ground:#f4f6f8;--card:#fff;--ink:#18202b;--soft:#5a6675;--rule:#e2e6eb;--fine:#eef1f4;--link:#1d55b8;--log:#f8f9fb;
--go-b:#e4edfd;--go:#1b4da8;--ok-b:#e0f3e8;--ok:#11613a;--bad-b:#fde7e7;--bad:#9f1420;--wait-b:#fdf0d5;
--wait:#77500a;--off-b:#e9edf1;--off:#434e5d;
--s0:#2461c7;--s1:#d35f0c;--s2:#15835a;--s3:#ab3596;--s4:#86700a;--s5:#0b84a3;--s6:#c02c3b;--s7:#62646f}
@media (prefers-color-scheme:dark){:root{
--ground:#11151a;--card:#191f27;--ink:#e3e8ee;--soft:#9ba7b6;--rule:#2d3642;--fine:#242c36;--link:#8db6ff;
--log:#14191f;
--go-b:#1c3157;--go:#a9c8ff;--ok-b:#15392a;--ok:#8fdcb2;--bad-b:#481c21;--bad:#ffb0b3;--wait-b:#42320f;
--wait:#f3cf83;--off-b:#2b333e;--off:#c1cad5;
--s0:#6fa3ff;--s1:#ff9a52;--s2:#4fc997;--s3:#e57fd2;--s4:#d5bb45;--s5:#4cc4e2;--s6:#ff7f8a;--s7:#b3b6c2}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
overflow-wrap:anywhere}
.page{max-width:1360px;margin:0 auto;padding:28px 28px 20px}
h1,h2,h3,p,dl,dd,ol,ul,pre,figure{margin:0;padding:0}
h1{font-size:26px;line-height:1.25;font-weight:650;letter-spacing:-.01em}
h2{font-size:16px;line-height:1.3;font-weight:650;margin-bottom:12px}
h3{font-size:13.5px;font-weight:600}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
a:focus-visible,[tabindex]:focus-visible,summary:focus-visible{outline:2px solid var(--link);outline-offset:2px}
code,pre,.mono{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;
font-size:.87em}
.soft{color:var(--soft)}
.small{font-size:13px}
.v{unicode-bidi:isolate;white-space:pre-wrap}
.eyebrow{color:var(--soft);font-size:14px;margin-bottom:4px}
.title{display:flex;flex-wrap:wrap;align-items:center;gap:8px 14px}
.badge{display:inline-flex;align-items:center;gap:7px;padding:3px 12px 3px 10px;border-radius:99px;font-size:14px;
font-weight:600;white-space:nowrap;background:var(--off-b);color:var(--off)}
.badge::before{content:"";width:8px;height:8px;border-radius:50%;background:currentColor}
.badge.go{background:var(--go-b);color:var(--go)}.badge.ok{background:var(--ok-b);color:var(--ok)}
.badge.bad{background:var(--bad-b);color:var(--bad)}.badge.wait{background:var(--wait-b);color:var(--wait)}
.facts{display:flex;flex-wrap:wrap;gap:10px 36px;margin:16px 0 22px}
dt{color:var(--soft);font-size:12.5px;line-height:1.4}
.facts dd{font-variant-numeric:tabular-nums}
.columns{display:grid;gap:20px;grid-template-columns:minmax(0,1fr) 384px;grid-template-rows:auto 1fr;
grid-template-areas:"main side" "logs side";align-items:start}
.main{grid-area:main}.side{grid-area:side}.logs{grid-area:logs}
.main,.side,.logs{display:grid;gap:20px;grid-template-columns:minmax(0,1fr)}
.card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:18px 20px 20px;min-width:0}
.card.error{border-color:var(--bad);border-left-width:4px}.card.error h2{color:var(--bad)}
.card.warning{border-left:4px solid var(--wait)}
.card.warning li{margin-left:18px}
.error .facts{margin:12px 0 0}
.error h3.note{margin:14px 0 6px}
.message{white-space:pre-wrap;unicode-bidi:isolate}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{overflow-wrap:break-word;text-align:left;vertical-align:top;padding:5px 12px 5px 0;
border-top:1px solid var(--fine)}
th:last-child,td:last-child{padding-right:0}
tr:first-child>*{border-top:0}
.pairs th,.pairs td,td.v{overflow-wrap:anywhere}
thead th{white-space:nowrap;color:var(--soft);font-size:12.5px;font-weight:500;border:0;padding-top:0}
thead+tbody tr:first-child>*{border-top:1px solid var(--rule)}
tbody th{font-weight:500}
.pairs{table-layout:fixed}
.pairs th{width:38%;color:var(--soft);font-weight:400}
.num{text-align:right;white-space:nowrap}
.keep{white-space:nowrap}
.bad-text{color:var(--bad);font-weight:600}
.note{color:var(--soft);font-size:13px;margin-top:10px}
details{margin-top:12px;font-size:14px}
summary{cursor:pointer;color:var(--soft);font-size:13px}
details[open] summary{margin-bottom:6px}
details li{margin-left:26px}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,158px),1fr));gap:12px}
.tiles+.plots,.plots+.tables,.tiles+.tables{margin-top:16px}
.tile,.plot{border:1px solid var(--rule);border-radius:8px;padding:10px 14px 12px;min-width:0}
.tile dt{font-size:13px}
.tile dd{font-size:22px;line-height:1.3;font-weight:600;font-variant-numeric:tabular-nums}
.tile .each{display:flex;justify-content:space-between;gap:12px;font-size:14px;font-weight:500}
.tile .each span:last-child{white-space:nowrap}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:14px}
.plot figcaption{display:flex;justify-content:space-between;align-items:baseline;gap:14px;margin-bottom:4px}
.plot .last{font-weight:650;font-size:16px;white-space:nowrap;font-variant-numeric:tabular-nums}
.plot svg{display:block;width:100%;height:auto}
.plot .soft{font-size:12.5px;font-variant-numeric:tabular-nums}
.grid path{stroke:var(--rule);stroke-width:1;fill:none}
.tick text{fill:var(--soft);font-size:10.8px;font-variant-numeric:tabular-nums}
.line{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}
.line.dense{stroke-width:1.1}
.s0{stroke:var(--s0)}.s1{stroke:var(--s1)}.s2{stroke:var(--s2)}.s3{stroke:var(--s3)}
.s4{stroke:var(--s4);stroke-dasharray:6 4}.s5{stroke:var(--s5);stroke-dasharray:6 4}.s6{stroke:var(--s6);
stroke-dasharray:6 4}.s7{stroke:var(--s7);stroke-dasharray:6 4}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;list-style:none;font-size:12.5px;margin-top:4px;
font-variant-numeric:tabular-nums}
.legend li{display:flex;align-items:center;gap:6px}
.legend svg{width:18px;height:8px;flex:none}
.documents{display:grid;gap:16px;margin-top:16px;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr))}
.document h3{margin-bottom:8px}
.document img{max-width:100%;image-rendering:pixelated}
.tables{display:grid;gap:16px;grid-template-columns:minmax(0,1fr)}
.scroll{overflow-x:auto}
.tables h3{margin-bottom:8px}
.scroll th,.scroll td{min-width:64px;overflow-wrap:break-word}
.log+.log{margin-top:16px}
.log header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 14px;
margin-bottom:5px}
.box{display:flex;flex-direction:column-reverse;overflow:auto;max-height:340px;background:var(--log);
border:1px solid var(--rule);border-radius:7px}
.box pre{flex:none;min-width:max-content;padding:10px 13px;font-size:12.5px;line-height:1.5;white-space:pre;
overflow-wrap:normal;tab-size:8;unicode-bidi:plaintext;text-align:left}
.stderr .box{border-left:3px solid var(--wait)}
footer{color:var(--soft);font-size:13px;margin-top:22px;display:flex;flex-wrap:wrap;gap:4px 18px;
justify-content:space-between}
footer nav{display:flex;flex-wrap:wrap;gap:2px 16px}
@media (max-width:960px){.columns{grid-template-columns:minmax(0,1fr);grid-template-rows:none;
grid-template-areas:"main" "side" "logs"}}
@media (max-width:560px){.page{padding:18px 14px}.card{padding:14px 15px 16px;border-radius:9px}h1{font-size:22px}
.columns,.main,.side,.logs{gap:14px}.facts{gap:10px 26px;margin:14px 0 18px}.tile dd{font-size:19px}
.plot{border:0;border-top:1px solid var(--fine);border-radius:0;padding:12px 0 4px}
.ranks thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.ranks tbody tr{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:0 12px;padding:8px 0;
border-top:1px solid var(--fine)}
.ranks tbody tr:first-child{border-top:0;padding-top:0}
.ranks tbody tr>*{display:block;border:0!important;padding:1px 0}
.ranks tbody th::before{content:"Rank "}.ranks .end{text-align:right}
.ranks td.num{text-align:left;font-size:13px;white-space:normal}.ranks td.num::before{display:block;
color:var(--soft);font-size:12px}
.ranks .wall::before{content:"wall"}.ranks .cpu::before{content:"CPU"}.ranks .memory::before{content:"memory"}}
@media (max-width:430px){.history thead{display:none}
.history tbody tr{display:grid;grid-template-columns:1fr auto;padding:6px 0;border-top:1px solid var(--fine)}
.history tbody tr:first-child{border-top:0!important}
.history tbody tr>*{display:block;border:0!important;padding:0}
.history td.keep{grid-row:2;grid-column:1/3;color:var(--soft)}}
)css"};

}  // namespace estima::inline v0_1::portal
