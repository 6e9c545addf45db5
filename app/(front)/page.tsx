import { redirect } from "next/navigation";
import { Landing } from "#components/front/landing";
import { currentUser } from "#server/auth/session";

export default async function StartPage() {
  if (await currentUser()) redirect("/market");
  return <Landing />;
}
