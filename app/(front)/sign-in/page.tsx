import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { SignIn } from "#components/front/sign-in";
import { safeReturn } from "#server/auth/same-origin";
import { currentUser } from "#server/auth/session";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("front"))("signIn") };
}

export default async function SignInPage({ searchParams }: Props) {
  const { from, callbackUrl, error } = await searchParams;
  const wanted = from ?? callbackUrl;
  const back = safeReturn(typeof wanted === "string" ? wanted : undefined);
  if (!error && (await currentUser())) redirect(back);
  return <SignIn back={back} {...(typeof error === "string" ? { error } : {})} />;
}
