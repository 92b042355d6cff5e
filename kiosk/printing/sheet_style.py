"""How the sheets of ledgers look, for any browser that prints them."""

from typing import Final

# Each sheet the way its ledger lies, which a browser does since it prints pages of several sizes.
SIZES: Final = """
@page { size: A4 landscape; margin: 12mm 10mm 14mm 25mm }
@page up { size: A4 portrait; margin: 12mm 10mm 14mm 25mm }
.up { page: up; width: 175mm; height: 270mm }
.up > div { position: relative }
"""
# For an older one: all sheets on their side, and what is upright turned on them. On paper it is
# the same, also the margin to bind at: it is at the head of the sheet, which is turned back.
TURNED: Final = """
@page { size: A4 landscape; margin: 10mm }
section { top: 2mm; left: 15mm }
.up { top: 0; left: 0; width: 277mm; height: 189.5mm }
.up > div {
  position: absolute; top: 0; left: 0; transform-origin: 0 0;
  transform: translate(275mm, 14.5mm) rotate(90deg);
}
"""
STYLE: Final = """
* { box-sizing: border-box; margin: 0 }
body {
  color: #000; font-size: 9pt; line-height: 1.35; font-variant-numeric: tabular-nums;
  font-family: "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", SimHei,
    SimSun, "WenQuanYi Micro Hei", sans-serif;
}
section {
  position: relative; top: 0; left: 0; width: 262mm; height: 183mm; counter-increment: sheet;
  break-after: page; break-inside: avoid;
  /* A sheet knows its size whatever stands on it: half the time of a thousand of them. */
  contain: size layout paint;
}
.up > div { width: 175mm; height: 270mm }
section:last-of-type { break-after: auto }
h1, h2, .sub, .line { overflow: hidden; white-space: nowrap }
h1, h2, .sub { text-align: center }
h1 { height: 10.5mm; font-size: 18pt; line-height: 10mm }
h2 { height: 7mm; font-size: 11pt; line-height: 6mm }
.sub { height: 8mm; font-size: 11pt; line-height: 6mm }
.line { height: 7.5mm; font-size: 10pt; line-height: 7mm; white-space: pre }
/* Borders of their own, right and below: collapsed ones take a browser a fifth longer. */
table {
  width: 261.5mm; border: solid #000; border-width: .3mm 0 0 .3mm; border-collapse: separate;
  border-spacing: 0; table-layout: fixed;
}
th, td {
  padding: .7mm 1mm; border: solid #000; border-width: 0 .3mm .3mm 0; text-align: center;
  vertical-align: middle;
  word-break: break-all; line-break: anywhere;
}
.apart { display: flex }
.apart span { flex: 1 }
.blank th { font-weight: 400 }
.blank th[colspan] { font-weight: 700 }
.up table { width: 174.5mm }
.close :is(th, td) { padding-block: .1mm }
th, .total td, .part td { font-weight: 700 }
td.left, .part td:first-child { text-align: left }
td.right { text-align: right }
i { font-style: normal; white-space: nowrap }
footer {
  position: absolute; right: 0; bottom: 0; left: 0; font-size: 9pt; line-height: 5mm;
  text-align: right;
}
footer b { font-weight: 400 }
footer span { position: absolute; left: 0; font-size: 8pt }
.cover {
  display: grid; align-content: center; justify-items: center; gap: 12mm; height: 250mm;
  text-align: center;
}
.cover h1 { height: auto; font-size: 30pt; line-height: 1.4; white-space: normal }
.cover p { font-size: 15pt }
.cover dl {
  display: grid; grid-template-columns: auto 90mm; gap: 7mm 4mm; margin-top: 6mm;
  font-size: 13pt; text-align: left;
}
.cover dd { border-bottom: .3mm solid #000 }
"""
