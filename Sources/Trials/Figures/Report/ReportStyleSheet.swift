/// The style sheet of the report's page: one column of text measure, figures that use the full width, light and dark.
enum ReportStyleSheet {
  static let text =
    """
    :root{color-scheme:light dark;--page:#fff;--ink:#1b2230;--muted:#5a6473;--rule:#dfe3e8;--soft:#f4f6f8;--best:#00785e;--mark:#fff3d6}
    @media (prefers-color-scheme:dark){:root{--page:#14181f;--ink:#e6eaf0;--muted:#9aa5b4;--rule:#2f3743;--soft:#1b212a;--best:#3fd0a8;--mark:#3d3418}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 \(ChartStyleSheet.fonts);font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
    main{max-width:69rem;margin:0 auto;padding:3rem 1.5rem 5rem}
    .over{color:var(--muted);font-size:.8rem;letter-spacing:.08em;text-transform:uppercase;margin:0 0 .4rem}
    h1{font-size:2rem;line-height:1.2;letter-spacing:-.015em;margin:0 0 .6rem;text-wrap:balance}
    h2{font-size:1.35rem;line-height:1.3;letter-spacing:-.01em;margin:3.2rem 0 .8rem;padding-top:1.1rem;border-top:1px solid var(--rule)}
    h3,h4{font-size:1.02rem;margin:2rem 0 .6rem}
    p{max-width:44rem;margin:.5rem 0}
    .lede{font-size:1.1rem;line-height:1.5}
    .meta,.note{color:var(--muted);font-size:.88rem}
    p.meta{max-width:none}
    .meta span+span::before{content:"·";margin:0 .5em}
    .scroll{overflow-x:auto;margin:1rem 0}
    table{border-collapse:collapse;font-size:.9rem;line-height:1.4}
    th,td{padding:.34rem .8rem .34rem 0;text-align:left;vertical-align:baseline}
    th{font-weight:600}
    thead th{border-bottom:1px solid var(--ink);color:var(--muted);font-weight:500;font-size:.82rem;white-space:nowrap}
    thead th.num{white-space:normal;max-width:9.5rem}
    tbody th,tr.null td{white-space:nowrap}
    thead tr:not(:last-child) th{border-bottom:0;padding-bottom:0;color:var(--ink);font-weight:600}
    tbody tr+tr>*{border-top:1px solid var(--rule)}
    tbody tr.first>*{border-top:1px solid var(--muted)}
    .num{text-align:right;white-space:nowrap}
    td.num+th,td.num+td:not(.num){padding-left:.6rem}
    .se{color:var(--muted);font-size:.86em}
    .best{color:var(--best);font-weight:650}
    .differs{background:var(--mark)}
    tr.null>*{color:var(--muted);font-style:italic}
    code,.mono{font-family:ui-monospace,"SF Mono","JetBrains Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
    td.mono{overflow-wrap:anywhere}
    .swatch{display:inline-block;width:.72em;height:.72em;border-radius:.15em;margin-right:.5em;background:currentColor;vertical-align:-.02em}
    figure{margin:1.2rem 0;max-width:52rem}
    .grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:.6rem 1.4rem;align-items:start}
    .grid figure{margin:0;max-width:36rem}
    figure.picture{max-width:none}
    figure.picture .scroll{margin:0 0 .35rem}
    figure.picture img{display:block;max-width:none;border-radius:.25rem;image-rendering:pixelated}
    figure.picture img.wide{width:100%;height:auto;image-rendering:auto}
    figcaption{color:var(--muted);font-size:.88rem;max-width:44rem}
    svg.tessera-chart{display:block;width:100%;height:auto}
    details{margin:1rem 0}
    summary{cursor:pointer;font-weight:600}
    .gap{border-left:3px solid #bd8100;background:var(--soft);padding:.5rem .9rem;max-width:44rem;margin:.6rem 0;font-size:.92rem}
    ul{padding-left:1.1rem;max-width:44rem}
    @media print{main{max-width:none;padding:0}figure,table{break-inside:avoid}figure.picture img{max-width:100%;height:auto}h2{break-after:avoid}}

    """ + ChartStyleSheet.text + ChartStyleSheet.swatches
}
