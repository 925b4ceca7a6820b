/** Categories: kinds of incidents, what is asked and what is read out. */
import { SimpleGrid, TextInput } from "@mantine/core";
import { api, got, ifMatch, once } from "../../shared/api/client";
import type { components } from "../../shared/api/openapi";
import { Catalogue } from "../common/Catalogue";
import { without } from "../common/draft";
import type { Fields } from "../common/fields";
import { Items } from "../common/Items";
import { useCategoryWords } from "./words";

type Category = components["schemas"]["CategoryView"];
type ServiceClass = Category["service_class"];
type Sentence = components["schemas"]["SentenceShown"];

const PATH = "/api/v1/categories/{code}";
const CLASSES: readonly ServiceClass[] = ["emergency", "urgent", "information"];
const MOST = 20;
const BLANK = {
  code: "",
  name: "",
  name_en: "",
  service_class: "emergency" as ServiceClass,
  priority: 2 as number | string,
  questions: [] as readonly Sentence[],
  instructions: [] as readonly Sentence[],
  retired: false,
};
type Draft = typeof BLANK;

function toDraft({ code, name, name_en, service_class, priority, questions, instructions, retired_at }: Category): Draft {
  return { code, name, name_en, service_class, priority, questions, instructions, retired: retired_at !== null };
}

const list = async (): Promise<readonly Category[]> =>
  (await got(api.GET("/api/v1/categories", { params: { query: { retired: true } } }))).categories;
const read = (code: string): Promise<Category> => got(api.GET(PATH, { params: { path: { code } } }));

function add(draft: Draft, key: string): Promise<Category> {
  const { priority, questions, instructions, ...rest } = without(draft, "retired");
  const body = { ...rest, priority: Number(priority), questions: [...questions], instructions: [...instructions] };
  return got(api.POST("/api/v1/categories", { params: { header: once(key) }, body }));
}

function change({ code, version }: Category, touched: Partial<Draft>): Promise<Category> {
  const { priority, questions, instructions, ...rest } = without(touched, "code");
  const body = {
    ...rest,
    ...(priority === undefined ? {} : { priority: Number(priority) }),
    ...(questions === undefined ? {} : { questions: [...questions] }),
    ...(instructions === undefined ? {} : { instructions: [...instructions] }),
  };
  return got(api.PATCH(PATH, { params: { path: { code }, header: ifMatch(version) }, body }));
}

export default function Categories() {
  const w = useCategoryWords();
  return (
    <Catalogue name="categories" words={w} list={list} id={(one) => one.code} read={read} blank={BLANK} toDraft={toDraft} add={add} change={change} wide
      say={(name, value) => (Array.isArray(value) ? w.entries(value.length) : name === "service_class" ? w.classes[value as ServiceClass] : String(value))}
      columns={[
        { title: w.fields.code.label, cell: (one) => one.code },
        { title: w.fields.name.label, cell: (one) => one.name },
        { title: w.fields.service_class.label, cell: (one) => w.classes[one.service_class] },
        { title: w.fields.priority.label, cell: (one) => one.priority },
        { title: w.fields.questions.label, cell: (one) => one.questions.length },
        { title: w.fields.instructions.label, cell: (one) => one.instructions.length },
        { title: w.state, cell: (one) => (one.retired_at ? w.retired : w.used) },
      ]}
      form={(f, one) => (
        <>
          {one ? null : f.text("code", { required: true, first: true })}
          {f.text("name", { required: true })}
          {f.text("name_en", { required: true })}
          {f.choice("service_class", CLASSES.map((each) => ({ value: each, label: w.classes[each] })))}
          {f.number("priority")}
          <Sentences f={f} name="questions" add={w.addQuestion} />
          <Sentences f={f} name="instructions" add={w.addInstruction} />
          {one ? f.yes("retired") : null}
        </>
      )}
    />
  );
}

function Sentences({ f, name, add: label }: { f: Fields<Draft>; name: "questions" | "instructions"; add: string }) {
  const w = useCategoryWords();
  return (
    <Items legend={w.fields[name].label} help={w.fields[name].help} add={label} items={f.draft[name]} most={MOST}
      blank={{ indonesian: "", english: "" }} set={(sentences) => { f.set({ [name]: sentences }); }}>
      {(sentence, patch, place) => (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {(["indonesian", "english"] as const).map((as) => (
            <TextInput key={as} label={w[as]} name={`${name}.${place}.${as}`} value={sentence[as]} error={f.at(`${name}.${place}.${as}`)}
              autoComplete="off" onChange={(event) => { patch({ [as]: event.target.value }); }} />
          ))}
        </SimpleGrid>
      )}
    </Items>
  );
}
