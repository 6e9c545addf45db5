import { useTranslations } from "next-intl";

type NodeProps = { x: number; y: number; text: string; cluster: "c1" | "c2"; run?: boolean };

function PictureNode({ x, y, text, cluster, run = false }: NodeProps) {
  return (
    <g transform={`translate(${x} ${y})`} data-cluster={cluster}>
      <rect width="168" height="58" rx="11" fill="var(--card)" stroke="var(--line)" />
      <path d="M11 0.5H6A5.5 5.5 0 0 0 .5 6V52A5.5 5.5 0 0 0 6 57.5H11Z" fill="var(--cluster)" opacity="0.9" />
      {run ? (
        <circle cx="30" cy="29" r="6" fill="none" stroke="var(--run)" strokeWidth="2.4" strokeDasharray="28 10" />
      ) : (
        <circle cx="30" cy="29" r="6" fill="var(--ok)" />
      )}
      <text x="46" y="34" fontSize="15" fontWeight="620" fill="var(--ink)">
        {text}
      </text>
    </g>
  );
}

type AreaProps = { x: number; width: number; text: string; cluster: "c1" | "c2" };

function Area({ x, width, text, cluster }: AreaProps) {
  return (
    <g data-cluster={cluster}>
      <rect x={x} y="10" width={width} height="260" rx="18" fill="var(--cluster-soft)" opacity="0.55" />
      <rect x={x} y="10" width={width} height="260" rx="18" fill="none" stroke="var(--cluster)" opacity="0.4" />
      <text x={x + 20} y="40" fontSize="14" fontWeight="650" fill="var(--cluster)">
        {text}
      </text>
    </g>
  );
}

/** Two clusters and the bridge between them; the words stand in the figure's description too. */
export function BridgePicture() {
  const t = useTranslations("front");
  const bridge = { fill: "none", stroke: "var(--c2)", strokeWidth: 2.2, strokeDasharray: "7 5" };
  return (
    <figure className="overflow-x-auto rounded-xl border border-line bg-card p-3 md:p-5">
      <svg
        viewBox="0 0 1040 280"
        role="img"
        aria-labelledby="bridge-title bridge-text"
        className="w-full min-w-[720px]"
      >
        <title id="bridge-title">{t("pictureTitle")}</title>
        <desc id="bridge-text">{t("pictureText")}</desc>
        <Area x={4} width={610} text={t("pictureHome")} cluster="c1" />
        <Area x={740} width={296} text={t("pictureHost")} cluster="c2" />
        <path d="M204 105C400 105 620 70 796 138" {...bridge} />
        <path d="M964 149C1022 149 1022 246 940 246H290C238 246 238 194 300 194" {...bridge} />
        <PictureNode x={36} y={76} text={t("pictureClean")} cluster="c1" />
        <PictureNode x={796} y={120} text={t("pictureTrend")} cluster="c2" run />
        <PictureNode x={300} y={165} text={t("picturePlot")} cluster="c1" />
        {[
          [204, 105],
          [964, 149],
        ].map(([x, y]) => (
          <circle key={x} cx={x} cy={y} r="4" fill="var(--faint)" />
        ))}
        <text x="677" y="82" fontSize="12.5" textAnchor="middle" fill="var(--dim)">
          {t("pictureGrant")}
        </text>
        <text x="677" y="266" fontSize="12.5" textAnchor="middle" fill="var(--dim)">
          {t("pictureBack")}
        </text>
      </svg>
      <figcaption className="mt-3 text-sm text-dim">{t("pictureText")}</figcaption>
    </figure>
  );
}
