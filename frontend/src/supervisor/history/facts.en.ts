import { at, type Sayings } from "./sayings";

const CLASS = { emergency: "emergency", urgent: "urgent", information: "information" } as const;
const SOURCE = {
  digit: "the caller's choice", silence: "the caller was silent", invalid: "wrong keys", line: "this line", failure: "the menu failed",
  fallback: "the fallback queue", person: "set by a person",
} as const;
const WHY = {
  draining: "the service is stopping", found: "found after a gap", "operator lost": "the operator was lost",
  "operator left before the join": "the operator left before the join", "join failed": "the join failed",
  "join timed out": "the join took too long", "fallback failed": "the fallback failed",
} as const;
export const OUTCOME = {
  answered: "answered", abandoned: "abandoned", fallback: "to the fallback queue", fallback_answered: "answered in the fallback queue",
  fallback_abandoned: "abandoned in the fallback queue", dropped: "dropped",
} as const;
export const BY = { caller: "the caller", operator: "the operator", system: "the system" } as const;
const AGENCY = {
  accepted: "accepted", put_through: "put through to an operator", not_acknowledged: "not acknowledged", busy: "busy",
  no_answer: "no answer", failed: "failed", unavailable: "unavailable", lost: "lost",
} as const;

const CALL_OUT = {
  talked: "they talked", busy: "busy", no_answer: "not picked up", failed: "cannot be reached", unavailable: "no line",
  not_picked_up: "the operator's phone was not picked up", cancelled: "hung up before anybody answered",
} as const;

export const ENGLISH: Sayings = {
  arrived: ({ node }) => `The call arrives at node ${node}`,
  picked_up: () => "The menu picks up",
  said: ({ node, language }) => `The menu says “${node}” (${language})`,
  digit: () => "The caller presses a key",
  ivr_failed: ({ reason }) => `The menu failed: ${reason}`,
  queued: ({ service_class, source }) => `Queued as ${CLASS[service_class]} (${SOURCE[source]})`,
  requeued: ({ reason }) => `Waits again: ${WHY[reason]}`,
  class_set: ({ service_class, was, by }) => `${by} changes the class from ${was ? CLASS[was] : "–"} to ${CLASS[service_class]}`,
  priority_set: ({ first, by }) => `${by} ${first ? "puts the call in front" : "puts it back into its place"}`,
  offered: (data) => `Offered to ${at(data)}`,
  ringing: (data) => `The phone of ${at(data)} rings`,
  accepted: (data) => `${at(data)} picks up`,
  joined: (data) => `Connected with ${at(data)}`,
  held: (data) => `${at(data)} puts the call on hold`,
  resumed: (data) => `${at(data)} takes the call back`,
  missed: (data) => `Missed by ${at(data)}`,
  declined: (data) => `Declined by ${at(data)}`,
  busy: (data) => `The phone of ${at(data)} is busy`,
  unreachable: (data) => `The phone of ${at(data)} cannot be reached`,
  hung_up: (data) => `${at(data)} hangs up`,
  lost: (data) => `The line to ${at(data)} breaks`,
  kept: (data) => `The page of ${at(data)} went: the desk is kept for this caller for five seconds`,
  withdrawn: (data) => `The offer to ${at(data)} is withdrawn: they logged out`,
  adopted: (data) => `The talk with ${at(data)} was found after a gap`,
  stranded: (data) => `Node ${data.node} is lost during the talk with ${at(data)}`,
  given_up: ({ node }) => `Node ${node} stays lost: the call is closed`,
  found: ({ node }) => `Found at node ${node} after a gap`,
  reopened: ({ outcome }) => `The record is opened again; it was ${outcome ? OUTCOME[outcome] : "without an outcome"}`,
  fallback: ({ reason }) => `Given to the fallback queue: ${WHY[reason]}`,
  ended: ({ outcome, ended_by, seen }) => `Over: ${OUTCOME[outcome]}, by ${BY[ended_by]}${seen ? "" : " (concluded)"}`,
  closed: ({ outcome }) => `The record is closed without its call: ${OUTCOME[outcome]}`,
  fallback_entered: () => "Asterisk's fallback queue takes the call",
  fallback_answered: (data) => `Answered in the fallback queue by ${at(data)}`,
  logged_in: (data) => `${at(data)} begins`,
  operator_ready: (data) => `${at(data)} is ready`,
  operator_paused: (data) => `${at(data)} pauses${data.reason ? `: ${data.reason}` : ""}`,
  logged_out: (data) => `${at(data)} leaves`,
  agency_dialled: ({ node, trunk }) => `The agency is dialled by ${trunk} (node ${node})`,
  agency_answered: () => "The agency picks up",
  agency_told: () => "The incident is read to the agency",
  agency_waits: () => "The agency asks for an operator",
  agency_joined: (data) => `The agency is connected with ${at(data)}`,
  agency_ended: ({ outcome }) => `The call to the agency is over: ${AGENCY[outcome]}`,
  call_out_begun: ({ agency, operator, by }) => `${operator ?? by} calls ${agency} from the agency book`,
  call_out_dialled: ({ trunk }) => `The agency is dialled by ${trunk}`,
  call_out_joined: () => "Operator and agency are connected",
  call_out_ended: ({ result }) => `The call to the agency is over: ${CALL_OUT[result]}`,
};
