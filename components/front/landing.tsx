import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";
import { BridgePicture } from "./bridge-picture";

const points = ["pointWhere", "pointOwner", "pointSure"] as const;

/** What this is, for somebody who is not signed in. */
export function Landing() {
  const t = useTranslations("front");
  return (
    <div className="mx-auto grid w-full max-w-[1120px] gap-10 px-5 pt-8 pb-16 md:pt-14">
      <div className="max-w-[44rem]">
        <h1 className="text-2xl md:text-[38px] md:leading-[1.22]">{t("headline")}</h1>
        <p className="mt-4 text-lg text-dim">{t("lead")}</p>
        <div className="mt-6 flex flex-wrap gap-2">
          <Button asChild look="go" size="lg">
            <Link href="/sign-in">{t("signIn")}</Link>
          </Button>
        </div>
      </div>
      <BridgePicture />
      <ul className="grid gap-6 md:grid-cols-3">
        {points.map((point) => (
          <li key={point} className="border-t border-line pt-3">
            <h2 className="text-base">{t(`${point}Title`)}</h2>
            <p className="mt-1 text-dim">{t(point)}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
