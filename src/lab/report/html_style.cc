#include "lab/report/html_parts.h"
#include "lab/report/svg.h"

namespace rightsize {

std::string report_css() {
  return ink_css() + R"(
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);
  font:15px/1.5 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
main{max-width:1060px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:26px;line-height:1.25;margin:2px 0 20px;font-weight:650}
h2{font-size:19px;margin:44px 0 6px;font-weight:650}
p{margin:6px 0;max-width:78ch}
.eyebrow,.lead,figcaption,.date{color:var(--muted)}
.eyebrow{margin:0;font-size:14px;letter-spacing:.02em}
.verdict{border:1px solid var(--edge);border-left:8px solid var(--edge);border-radius:6px;
  padding:16px 22px;margin:0 0 22px}
.verdict p{max-width:none}
.verdict .headline{font-size:22px;font-weight:650;margin:0 0 4px;color:var(--edge)}
.verdict .sentence{font-size:17px;margin:0}
.pays,.agrees{--edge:var(--first)}.does_not_pay,.does_not_agree{--edge:var(--second)}.too_few_data{--edge:var(--oracle)}
.warning{border:1px solid var(--second);border-left:8px solid var(--second);border-radius:6px;
  padding:10px 22px;margin:0 0 22px;max-width:none}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:14px;
  margin:0 0 26px}
.tiles div{border:1px solid var(--grid);border-radius:6px;padding:12px 16px}
.tiles b{font-size:26px;font-weight:650;line-height:1.2}
.tiles .ci{font-size:14px}
.tiles p{margin:2px 0 0;font-size:14px;color:var(--muted)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:0 28px;margin:0}
.facts div{display:flex;gap:12px;border-top:1px solid var(--grid);padding:5px 0}
.facts dt{color:var(--muted);flex:0 0 82px}
.facts dd{margin:0;overflow-wrap:anywhere}
figure{margin:12px 0 0}
figure svg{display:block;width:100%;height:auto;border:1px solid var(--grid);border-radius:6px}
figcaption{font-size:14px;margin-top:6px;max-width:90ch}
.scroll{overflow-x:auto;margin-top:10px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:4px 10px;text-align:right;vertical-align:baseline;white-space:nowrap}
th:first-child{text-align:left;padding-left:8px}
thead th{white-space:normal;vertical-align:bottom;font-weight:600;color:var(--muted);
  border-bottom:2px solid var(--axis)}
tbody th{font-weight:500}
tbody tr{border-bottom:1px solid var(--grid)}
tr.group th{padding-top:16px;font-weight:650;white-space:normal}
tr.marked th,tr.marked td{background:color-mix(in srgb,var(--first) 10%,transparent)}
td b{font-weight:600}
.ci{color:var(--muted);font-size:.87em}
.better b{color:var(--first)}.worse b{color:var(--second)}
.none b{color:var(--muted);font-weight:400}
.bound td b{color:var(--oracle)}
.terms{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:10px 36px;
  margin:10px 0 20px;font-size:14px}
.terms dt{font-weight:650}
.terms dd{margin:0}
pre{background:color-mix(in srgb,var(--muted) 10%,transparent);border-radius:6px;padding:12px 16px;
  overflow-x:auto;font-size:13.5px}
@media print{
  body{font-size:11px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
  main{max-width:none;padding:0}
  table{font-size:9px}th,td{padding:2px 4px}
  .verdict,.tiles,figure,tr,.terms div{break-inside:avoid}
  h2,tr.group{break-after:avoid}
  .scroll,pre{overflow:visible}pre{white-space:pre-wrap}
}
)";
}

}  // namespace rightsize
