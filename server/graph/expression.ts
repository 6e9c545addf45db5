/** A condition (`when`) as a tree; there is no eval, only these forms. */
export type Expression =
  | { kind: "literal"; value: ExpressionValue }
  | { kind: "reference"; name: string }
  | { kind: "not"; of: Expression }
  | { kind: "and" | "or"; left: Expression; right: Expression }
  | { kind: "compare"; operator: Comparison; left: Expression; right: Expression };
export type ExpressionValue = string | number | boolean | null;
type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type ExpressionType = "string" | "number" | "boolean" | "null";

export type SyntaxProblem = { position: number; what: string };
export type EvaluationProblem = { code: "when.not_comparable" | "when.not_boolean"; what: string };
type Token = {
  kind: "literal" | "reference" | "symbol" | "end";
  text: string;
  value?: ExpressionValue;
  position: number;
};

const MAX_NESTING = 100;
const TOKEN =
  /\s*(?:(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<text>"(?:[^"\\]|\\["\\])*"|'(?:[^'\\]|\\['\\])*')|(?<reference>[a-z][a-z0-9_-]*\.[A-Za-z_][A-Za-z0-9_]*)|(?<word>[A-Za-z]+)|(?<symbol>==|!=|<=|>=|<|>|\(|\)))/y;
const WORDS = new Map<string, ExpressionValue>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

class ParseFailure extends Error {
  readonly problem: SyntaxProblem;
  constructor(position: number, what: string) {
    super(what);
    this.problem = { position: position + 1, what };
  }
}

/** Reads `inputs.window > 1 and not (clean.rows == 0)`; positions in problems count from 1. */
export function parseExpression(text: string): { expression: Expression } | { problem: SyntaxProblem } {
  try {
    const parser = { tokens: tokenize(text), at: 0, depth: 0 };
    const expression = parseBinary(parser, 0);
    const rest = peek(parser);
    if (rest.kind !== "end") throw new ParseFailure(rest.position, rest.text);
    return { expression };
  } catch (error) {
    if (error instanceof ParseFailure) return { problem: error.problem };
    throw error;
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match?.groups) throw new ParseFailure(start, text.slice(start, start + 20).trim());
    const found = match[0].trimStart();
    tokens.push(tokenOf(match.groups, found, start + match[0].length - found.length));
  }
  tokens.push({ kind: "end", text: "…", position: end });
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>, text: string, position: number): Token {
  if (groups.number !== undefined) return numberToken(text, position);
  if (groups.text !== undefined) {
    return { kind: "literal", text, value: text.slice(1, -1).replace(/\\(.)/g, "$1"), position };
  }
  if (groups.reference !== undefined) return { kind: "reference", text, position };
  if (groups.word === undefined || ["and", "or", "not"].includes(text)) return { kind: "symbol", text, position };
  if (!WORDS.has(text)) throw new ParseFailure(position, text);
  return { kind: "literal", text, value: WORDS.get(text) ?? null, position };
}

function numberToken(text: string, position: number): Token {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ParseFailure(position, text);
  return { kind: "literal", text, value, position };
}

type Parser = { tokens: Token[]; at: number; depth: number };
const LOOSENESS: Record<string, number> = { or: 1, and: 2, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4 };
const NOT_BINDS = 3;

const peek = (parser: Parser): Token => parser.tokens[parser.at] ?? { kind: "end", text: "…", position: 0 };

function take(parser: Parser): Token {
  const token = peek(parser);
  parser.at += 1;
  return token;
}

function parseBinary(parser: Parser, minimum: number): Expression {
  parser.depth += 1;
  if (parser.depth > MAX_NESTING) throw new ParseFailure(peek(parser).position, "(((…");
  let left = parsePrefix(parser);
  for (;;) {
    const token = peek(parser);
    const binds = token.kind === "symbol" ? LOOSENESS[token.text] : undefined;
    if (binds === undefined || binds <= minimum) break;
    take(parser);
    const right = parseBinary(parser, binds);
    left = combine(token.text, left, right);
    if (binds === 4 && LOOSENESS[peek(parser).text] === 4)
      throw new ParseFailure(peek(parser).position, peek(parser).text);
  }
  parser.depth -= 1;
  return left;
}

function combine(operator: string, left: Expression, right: Expression): Expression {
  if (operator === "and" || operator === "or") return { kind: operator, left, right };
  return { kind: "compare", operator: operator as Comparison, left, right };
}

function parsePrefix(parser: Parser): Expression {
  const token = take(parser);
  if (token.kind === "literal") return { kind: "literal", value: token.value ?? null };
  if (token.kind === "reference") return { kind: "reference", name: token.text };
  if (token.text === "not") return { kind: "not", of: parseBinary(parser, NOT_BINDS) };
  if (token.text !== "(" || token.kind === "end") throw new ParseFailure(token.position, token.text);
  const inner = parseBinary(parser, 0);
  const close = take(parser);
  if (close.text !== ")") throw new ParseFailure(close.position, close.text);
  return inner;
}

/** The `inputs.x` and `step.port` names that the value of an expression depends on, each once. */
export function referencesOf(expression: Expression): string[] {
  const found = new Set<string>();
  const walk = (node: Expression): void => {
    if (node.kind === "reference") found.add(node.name);
    if (node.kind === "not") walk(node.of);
    if ("left" in node) {
      walk(node.left);
      walk(node.right);
    }
  };
  walk(expression);
  return [...found];
}

/** `lookup` gives undefined for a value that was not written; it reads as null. */
export function evaluateExpression(
  expression: Expression,
  lookup: (reference: string) => ExpressionValue | undefined,
): { value: boolean } | { problem: EvaluationProblem } {
  const result = evaluate(expression, lookup);
  if (typeof result === "object" && result !== null) return { problem: result };
  if (typeof result !== "boolean") return { problem: notBoolean(result) };
  return { value: result };
}

type Lookup = (reference: string) => ExpressionValue | undefined;

function evaluate(node: Expression, lookup: Lookup): ExpressionValue | EvaluationProblem {
  switch (node.kind) {
    case "literal":
      return node.value;
    case "reference":
      return lookup(node.name) ?? null;
    case "not": {
      const of = evaluate(node.of, lookup);
      return typeof of === "boolean" ? !of : notBoolean(of);
    }
    case "and":
    case "or": {
      const left = evaluate(node.left, lookup);
      if (typeof left !== "boolean") return notBoolean(left);
      if (left === (node.kind === "or")) return left;
      const right = evaluate(node.right, lookup);
      return typeof right === "boolean" ? right : notBoolean(right);
    }
    case "compare":
      return compare(node.operator, evaluate(node.left, lookup), evaluate(node.right, lookup));
  }
}

function notBoolean(value: ExpressionValue | EvaluationProblem): EvaluationProblem {
  return isProblem(value) ? value : { code: "when.not_boolean", what: JSON.stringify(value) };
}

const isProblem = (value: ExpressionValue | EvaluationProblem): value is EvaluationProblem =>
  typeof value === "object" && value !== null;

function compare(
  operator: Comparison,
  left: ExpressionValue | EvaluationProblem,
  right: ExpressionValue | EvaluationProblem,
): boolean | EvaluationProblem {
  if (isProblem(left)) return left;
  if (isProblem(right)) return right;
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (!(areNumbers(left, right) || areTexts(left, right))) {
    return { code: "when.not_comparable", what: `${JSON.stringify(left)} ${operator} ${JSON.stringify(right)}` };
  }
  return ordered(operator, left as string, right as string);
}

const areNumbers = (left: ExpressionValue, right: ExpressionValue) =>
  typeof left === "number" && typeof right === "number";
const areTexts = (left: ExpressionValue, right: ExpressionValue) =>
  typeof left === "string" && typeof right === "string";

function ordered(operator: "<" | "<=" | ">" | ">=", left: string, right: string): boolean {
  if (operator === "<") return left < right;
  if (operator === "<=") return left <= right;
  return operator === ">" ? left > right : left >= right;
}

/** Finds what can never be compared before anything runs; undefined means that the types fit. */
export function findTypeProblem(
  expression: Expression,
  typeOf: (reference: string) => ExpressionType,
): EvaluationProblem | undefined {
  const type = inferType(expression, typeOf);
  if (typeof type === "object") return type;
  return type === "boolean" ? undefined : { code: "when.not_boolean", what: type };
}

function inferType(
  node: Expression,
  typeOf: (reference: string) => ExpressionType,
): ExpressionType | EvaluationProblem {
  if (node.kind === "literal") return node.value === null ? "null" : (typeof node.value as ExpressionType);
  if (node.kind === "reference") return typeOf(node.name);
  const sides = node.kind === "not" ? [node.of] : [node.left, node.right];
  const [left = "null", right = left] = sides.map((side) => inferType(side, typeOf));
  if (typeof left === "object") return left;
  if (typeof right === "object") return right;
  if (node.kind === "compare") return comparedType(node.operator, left, right);
  if (left === "boolean" && right === "boolean") return "boolean";
  return { code: "when.not_boolean", what: left === "boolean" ? right : left };
}

function comparedType(
  operator: Comparison,
  left: ExpressionType,
  right: ExpressionType,
): ExpressionType | EvaluationProblem {
  const what = `${left} ${operator} ${right}`;
  const isEquality = operator === "==" || operator === "!=";
  if (isEquality && (left === "null" || right === "null")) return "boolean";
  if (left !== right) return { code: "when.not_comparable", what };
  return isEquality || left === "number" || left === "string" ? "boolean" : { code: "when.not_comparable", what };
}
