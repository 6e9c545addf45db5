import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { wayOut } from "#server/auth/leave";
import { signInOptions } from "#server/auth/sign-in-options";

type Params = { params: Promise<{ nextauth: string[] }> };

async function handle(request: NextRequest, context: Params): Promise<Response> {
  const { nextauth } = await context.params;
  const signIn = { action: nextauth[0] ?? "", userAgent: request.headers.get("user-agent"), hasEnded: false };
  const answer: Response = await NextAuth(request, context, signInOptions(signIn));
  // A session of ours ended, so the provider's must end too: the browser goes on there.
  if (!signIn.hasEnded || !answer.headers.get("content-type")?.includes("application/json")) return answer;
  return new Response(JSON.stringify({ url: await wayOut() }), { status: answer.status, headers: answer.headers });
}

export { handle as GET, handle as POST };
