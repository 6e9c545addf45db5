export { auditCheckpoints, auditEntries } from "../../audit/audit";
