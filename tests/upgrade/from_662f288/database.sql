--
-- PostgreSQL database dump
--


-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: ct112_refuse_change(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ct112_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'restrict_violation';
        END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: call_fact; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.call_fact (
    call_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    data jsonb NOT NULL
);


--
-- Name: call_record; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.call_record (
    id uuid NOT NULL,
    revision bigint NOT NULL,
    node text NOT NULL,
    sip_call_id text,
    ani text,
    ani_e164 text,
    dialled text NOT NULL,
    arrived_at timestamp with time zone NOT NULL,
    picked_up_at timestamp with time zone,
    queued_at timestamp with time zone,
    answered_at timestamp with time zone,
    ended_at timestamp with time zone,
    service_class text,
    class_source text,
    ivr_version bigint,
    ivr_path text[] NOT NULL,
    operator text,
    "position" text,
    outcome text,
    ended_by text,
    location jsonb,
    recording jsonb,
    CONSTRAINT ck_call_record_class_source CHECK ((class_source = ANY (ARRAY['digit'::text, 'silence'::text, 'invalid'::text, 'line'::text, 'failure'::text, 'fallback'::text]))),
    CONSTRAINT ck_call_record_ended_by CHECK ((ended_by = ANY (ARRAY['caller'::text, 'operator'::text, 'system'::text]))),
    CONSTRAINT ck_call_record_outcome CHECK ((outcome = ANY (ARRAY['answered'::text, 'abandoned'::text, 'fallback'::text, 'fallback_answered'::text, 'fallback_abandoned'::text, 'dropped'::text]))),
    CONSTRAINT ck_call_record_service_class CHECK ((service_class = ANY (ARRAY['emergency'::text, 'urgent'::text, 'information'::text])))
);


--
-- Name: callback_call; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.callback_call (
    call_id uuid NOT NULL,
    task_id bigint NOT NULL
);


--
-- Name: callback_task; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.callback_task (
    id bigint NOT NULL,
    number text NOT NULL,
    ani text NOT NULL,
    service_class text NOT NULL,
    reason text NOT NULL,
    state text NOT NULL,
    result text,
    calls bigint NOT NULL,
    attempts bigint NOT NULL,
    first_call_at timestamp with time zone NOT NULL,
    last_call_at timestamp with time zone NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    taken_by text,
    taken_at timestamp with time zone,
    closed_at timestamp with time zone,
    CONSTRAINT ck_callback_task_result CHECK ((result = ANY (ARRAY['reached'::text, 'no_answer'::text, 'busy'::text, 'failed'::text, 'called_again'::text, 'cancelled'::text]))),
    CONSTRAINT ck_callback_task_service_class CHECK ((service_class = ANY (ARRAY['emergency'::text, 'urgent'::text, 'information'::text]))),
    CONSTRAINT ck_callback_task_state CHECK ((state = ANY (ARRAY['open'::text, 'taken'::text, 'closed'::text])))
);


--
-- Name: callback_task_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.callback_task ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.callback_task_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: ivr_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ivr_version (
    version bigint NOT NULL,
    source_yaml text NOT NULL,
    document jsonb NOT NULL,
    note text NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: ivr_version_version_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.ivr_version ALTER COLUMN version ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ivr_version_version_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: operator; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.operator (
    name text NOT NULL,
    "position" text,
    ready boolean NOT NULL,
    CONSTRAINT ck_operator_name CHECK ((name ~ '^[a-z0-9][a-z0-9-]{0,30}$'::text))
);


--
-- Name: position; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."position" (
    name text NOT NULL,
    sip_password text NOT NULL,
    CONSTRAINT ck_position_name CHECK ((name ~ '^[a-z0-9][a-z0-9-]{0,30}$'::text))
);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES ('0003');


--
-- Data for Name: call_fact; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.call_fact VALUES ('01a214c7-f97e-7df0-954d-5537a8fc9d51', 0, '2026-11-25 22:16:19.587101+00', 'arrived', '{"node": "a"}');
INSERT INTO public.call_fact VALUES ('01a214c7-f97e-7df0-954d-5537a8fc9d51', 3, '2026-11-25 22:16:19.590238+00', 'picked_up', '{}');
INSERT INTO public.call_fact VALUES ('01a214c7-f97e-7df0-954d-5537a8fc9d51', 4, '2026-11-25 22:16:19.590238+00', 'said', '{"node": "greeting", "language": "id"}');
INSERT INTO public.call_fact VALUES ('01a214c7-f97e-7df0-954d-5537a8fc9d51', 407, '2026-11-25 22:16:19.994735+00', 'digit', '{"digit": "1"}');
INSERT INTO public.call_fact VALUES ('01a214c7-f97e-7df0-954d-5537a8fc9d51', 408, '2026-11-25 22:16:19.994735+00', 'queued', '{"source": "digit", "service_class": "emergency"}');
INSERT INTO public.call_fact VALUES ('01a214c7-f97e-7df0-954d-5537a8fc9d51', 409, '2026-11-25 22:16:19.994735+00', 'offered', '{"offer": "01a214c7-f97e-7df0-954d-5537a8fc9d51.1", "operator": "operator-1", "position": "pos-1"}');
INSERT INTO public.call_fact VALUES ('01a214c7-f97e-7df0-954d-5537a8fc9d51', 413, '2026-11-25 22:16:20.000331+00', 'ringing', '{"offer": "01a214c7-f97e-7df0-954d-5537a8fc9d51.1", "position": "pos-1"}');
INSERT INTO public.call_fact VALUES ('01a214c7-f97e-7df0-954d-5537a8fc9d51', 715, '2026-11-25 22:16:20.303062+00', 'accepted', '{"offer": "01a214c7-f97e-7df0-954d-5537a8fc9d51.1", "position": "pos-1"}');
INSERT INTO public.call_fact VALUES ('01a214c7-f97e-7df0-954d-5537a8fc9d51', 718, '2026-11-25 22:16:20.305201+00', 'joined', '{"offer": "01a214c7-f97e-7df0-954d-5537a8fc9d51.1", "operator": "operator-1", "position": "pos-1"}');
INSERT INTO public.call_fact VALUES ('01a214c7-f97e-7df0-954d-5537a8fc9d51', 1220, '2026-11-25 22:16:20.807933+00', 'ended', '{"outcome": "answered", "ended_by": "caller"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0386-7457-b30e-c8f0767ac6b4', 0, '2026-11-25 22:16:22.152224+00', 'arrived', '{"node": "a"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0386-7457-b30e-c8f0767ac6b4', 2, '2026-11-25 22:16:22.155131+00', 'picked_up', '{}');
INSERT INTO public.call_fact VALUES ('01a214c8-0386-7457-b30e-c8f0767ac6b4', 3, '2026-11-25 22:16:22.155131+00', 'said', '{"node": "greeting", "language": "id"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0386-7457-b30e-c8f0767ac6b4', 388, '2026-11-25 22:16:22.540936+00', 'digit', '{"digit": "1"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0386-7457-b30e-c8f0767ac6b4', 389, '2026-11-25 22:16:22.540936+00', 'queued', '{"source": "digit", "service_class": "emergency"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0386-7457-b30e-c8f0767ac6b4', 390, '2026-11-25 22:16:22.540936+00', 'offered', '{"offer": "01a214c8-0386-7457-b30e-c8f0767ac6b4.1", "operator": "operator-1", "position": "pos-1"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0386-7457-b30e-c8f0767ac6b4', 394, '2026-11-25 22:16:22.546977+00', 'ringing', '{"offer": "01a214c8-0386-7457-b30e-c8f0767ac6b4.1", "position": "pos-1"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0386-7457-b30e-c8f0767ac6b4', 696, '2026-11-25 22:16:22.849185+00', 'accepted', '{"offer": "01a214c8-0386-7457-b30e-c8f0767ac6b4.1", "position": "pos-1"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0386-7457-b30e-c8f0767ac6b4', 698, '2026-11-25 22:16:22.850972+00', 'joined', '{"offer": "01a214c8-0386-7457-b30e-c8f0767ac6b4.1", "operator": "operator-1", "position": "pos-1"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0386-7457-b30e-c8f0767ac6b4', 1201, '2026-11-25 22:16:23.353392+00', 'ended', '{"outcome": "answered", "ended_by": "caller"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0d7a-7874-9488-4a77f5cfeaec', 0, '2026-11-25 22:16:24.700201+00', 'arrived', '{"node": "a"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0d7a-7874-9488-4a77f5cfeaec', 2, '2026-11-25 22:16:24.702937+00', 'picked_up', '{}');
INSERT INTO public.call_fact VALUES ('01a214c8-0d7a-7874-9488-4a77f5cfeaec', 3, '2026-11-25 22:16:24.702937+00', 'said', '{"node": "greeting", "language": "id"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0d7a-7874-9488-4a77f5cfeaec', 389, '2026-11-25 22:16:25.089224+00', 'digit', '{"digit": "1"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0d7a-7874-9488-4a77f5cfeaec', 390, '2026-11-25 22:16:25.089224+00', 'queued', '{"source": "digit", "service_class": "emergency"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0d7a-7874-9488-4a77f5cfeaec', 391, '2026-11-25 22:16:25.089224+00', 'offered', '{"offer": "01a214c8-0d7a-7874-9488-4a77f5cfeaec.1", "operator": "operator-1", "position": "pos-1"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0d7a-7874-9488-4a77f5cfeaec', 396, '2026-11-25 22:16:25.0966+00', 'ringing', '{"offer": "01a214c8-0d7a-7874-9488-4a77f5cfeaec.1", "position": "pos-1"}');
INSERT INTO public.call_fact VALUES ('01a214c8-0d7a-7874-9488-4a77f5cfeaec', 397, '2026-11-25 22:16:25.096738+00', 'ended', '{"outcome": "abandoned", "ended_by": "caller"}');


--
-- Data for Name: call_record; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.call_record VALUES ('01a214c7-f97e-7df0-954d-5537a8fc9d51', 1795644980807932, 'a', '0625e128db6041e7', '081200000001', '+6281200000001', '112', '2026-11-25 22:16:19.587101+00', '2026-11-25 22:16:19.590238+00', '2026-11-25 22:16:19.994735+00', '2026-11-25 22:16:20.305201+00', '2026-11-25 22:16:20.807933+00', 'emergency', 'digit', 2, '{greeting,main,emergency}', 'operator-1', 'pos-1', 'answered', 'caller', NULL, NULL);
INSERT INTO public.call_record VALUES ('01a214c8-0386-7457-b30e-c8f0767ac6b4', 1795644983353392, 'a', '39acb57558ec6b57', '081200000002', '+6281200000002', '112', '2026-11-25 22:16:22.152224+00', '2026-11-25 22:16:22.155131+00', '2026-11-25 22:16:22.540936+00', '2026-11-25 22:16:22.850972+00', '2026-11-25 22:16:23.353392+00', 'emergency', 'digit', 2, '{greeting,main,emergency}', 'operator-1', 'pos-1', 'answered', 'caller', NULL, NULL);
INSERT INTO public.call_record VALUES ('01a214c8-0d7a-7874-9488-4a77f5cfeaec', 1795644985096738, 'a', '3a5c2cb938c38739', '081200000003', '+6281200000003', '112', '2026-11-25 22:16:24.700201+00', '2026-11-25 22:16:24.702937+00', '2026-11-25 22:16:25.089224+00', NULL, '2026-11-25 22:16:25.096738+00', 'emergency', 'digit', 2, '{greeting,main,emergency}', NULL, NULL, 'abandoned', 'caller', NULL, NULL);


--
-- Data for Name: callback_call; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.callback_call VALUES ('01a214c8-0d7a-7874-9488-4a77f5cfeaec', 1);


--
-- Data for Name: callback_task; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.callback_task OVERRIDING SYSTEM VALUE VALUES (1, '+6281200000003', '081200000003', 'emergency', 'abandoned', 'open', NULL, 1, 0, '2026-11-25 22:16:24.700201+00', '2026-11-25 22:16:25.096738+00', '2026-11-25 22:16:25.096738+00', NULL, NULL, NULL);


--
-- Data for Name: ivr_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.ivr_version OVERRIDING SYSTEM VALUE VALUES (1, '# The menu of Call Center 112 Kota Pekalongan. How to change it: docs/ivr.md
# Emergency comes first, and whoever presses nothing is an emergency.
name: Call Center 112 Kota Pekalongan
languages: [id, en] # callers start in the first
time_zone: Asia/Jakarta
start: greeting

waiting: # heard in the queue, again every half minute
  id: Mohon tunggu, petugas segera menjawab. Jangan tutup telepon.
  en: Please wait, an operator will answer soon. Do not hang up.

nodes:
  greeting:
    type: announce
    say:
      id: Satu satu dua Pekalongan.
      en: One one two, Pekalongan.
    next: main

  main:
    type: menu
    say:
      id:
        - Gawat darurat tekan 1, tidak darurat 2, informasi 3.
        - text: English, press 9.
          voice: en
      en: Emergency, press 1, not urgent 2, information 3.
    again: # after a wrong key
      id: Tombol salah. Darurat tekan 1.
      en: Wrong key. Emergency, press 1.
    wait: 2
    tries: 2
    choices:
      1: emergency
      2: urgent
      3: about
      9: english
    silence: emergency
    invalid: emergency

  english:
    type: language
    language: en
    next: main

  about:
    type: information
    say:
      id: Layanan informasi Kota Pekalongan. Anda disambungkan ke petugas.
      en: City information. You are being connected to an operator.
    wait: 1
    next: information

  emergency: # gawat darurat
    type: queue
    class: emergency

  urgent: # gawat tidak darurat
    type: queue
    class: urgent

  information: # informasi
    type: queue
    class: information
', '{"name": "Call Center 112 Kota Pekalongan", "nodes": {"main": {"say": {"en": [{"text": "Emergency, press 1, not urgent 2, information 3."}], "id": [{"text": "Gawat darurat tekan 1, tidak darurat 2, informasi 3."}, {"text": "English, press 9.", "voice": "en"}]}, "type": "menu", "wait": 2.0, "again": {"en": [{"text": "Wrong key. Emergency, press 1."}], "id": [{"text": "Tombol salah. Darurat tekan 1."}]}, "tries": 2, "choices": {"1": "emergency", "2": "urgent", "3": "about", "9": "english"}, "invalid": "emergency", "silence": "emergency"}, "about": {"say": {"en": [{"text": "City information. You are being connected to an operator."}], "id": [{"text": "Layanan informasi Kota Pekalongan. Anda disambungkan ke petugas."}]}, "next": "information", "type": "information", "wait": 1.0}, "urgent": {"type": "queue", "class": "urgent"}, "english": {"next": "main", "type": "language", "language": "en"}, "greeting": {"say": {"en": [{"text": "One one two, Pekalongan."}], "id": [{"text": "Satu satu dua Pekalongan."}]}, "next": "main", "type": "announce"}, "emergency": {"type": "queue", "class": "emergency"}, "information": {"type": "queue", "class": "information"}}, "start": "greeting", "waiting": {"en": [{"text": "Please wait, an operator will answer soon. Do not hang up."}], "id": [{"text": "Mohon tunggu, petugas segera menjawab. Jangan tutup telepon."}]}, "languages": ["id", "en"], "time_zone": "Asia/Jakarta"}', 'first', '2026-11-25 22:16:15.444116+00');
INSERT INTO public.ivr_version OVERRIDING SYSTEM VALUE VALUES (2, '# The menu of Call Center 112 Kota Pekalongan. How to change it: docs/ivr.md
# Emergency comes first, and whoever presses nothing is an emergency.
name: Call Center 112 Kota Pekalongan
languages: [id, en] # callers start in the first
time_zone: Asia/Jakarta
start: greeting

waiting: # heard in the queue, again every half minute
  id: Mohon tunggu, petugas segera menjawab. Jangan tutup telepon.
  en: Please wait, an operator will answer soon. Do not hang up.

nodes:
  greeting:
    type: announce
    say:
      id: Satu satu dua Pekalongan.
      en: One one two, Pekalongan.
    next: main

  main:
    type: menu
    say:
      id:
        - Gawat darurat tekan 1, tidak darurat 2, informasi 3.
        - text: English, press 9.
          voice: en
      en: Emergency, press 1, not urgent 2, information 3.
    again: # after a wrong key
      id: Tombol salah. Darurat tekan 1.
      en: Wrong key. Emergency, press 1.
    wait: 2
    tries: 2
    choices:
      1: emergency
      2: urgent
      3: about
      9: english
    silence: emergency
    invalid: emergency

  english:
    type: language
    language: en
    next: main

  about:
    type: information
    say:
      id: Layanan informasi Kota Pekalongan. Anda disambungkan ke petugas.
      en: City information. You are being connected to an operator.
    wait: 1
    next: information

  emergency: # gawat darurat
    type: queue
    class: emergency

  urgent: # gawat tidak darurat
    type: queue
    class: urgent

  information: # informasi
    type: queue
    class: information
', '{"name": "Call Center 112 Kota Pekalongan", "nodes": {"main": {"say": {"en": [{"text": "Emergency, press 1, not urgent 2, information 3."}], "id": [{"text": "Gawat darurat tekan 1, tidak darurat 2, informasi 3."}, {"text": "English, press 9.", "voice": "en"}]}, "type": "menu", "wait": 2.0, "again": {"en": [{"text": "Wrong key. Emergency, press 1."}], "id": [{"text": "Tombol salah. Darurat tekan 1."}]}, "tries": 2, "choices": {"1": "emergency", "2": "urgent", "3": "about", "9": "english"}, "invalid": "emergency", "silence": "emergency"}, "about": {"say": {"en": [{"text": "City information. You are being connected to an operator."}], "id": [{"text": "Layanan informasi Kota Pekalongan. Anda disambungkan ke petugas."}]}, "next": "information", "type": "information", "wait": 1.0}, "urgent": {"type": "queue", "class": "urgent"}, "english": {"next": "main", "type": "language", "language": "en"}, "greeting": {"say": {"en": [{"text": "One one two, Pekalongan."}], "id": [{"text": "Satu satu dua Pekalongan."}]}, "next": "main", "type": "announce"}, "emergency": {"type": "queue", "class": "emergency"}, "information": {"type": "queue", "class": "information"}}, "start": "greeting", "waiting": {"en": [{"text": "Please wait, an operator will answer soon. Do not hang up."}], "id": [{"text": "Mohon tunggu, petugas segera menjawab. Jangan tutup telepon."}]}, "languages": ["id", "en"], "time_zone": "Asia/Jakarta"}', 'second', '2026-11-25 22:16:17.390057+00');


--
-- Data for Name: operator; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.operator VALUES ('operator-1', 'pos-1', true);
INSERT INTO public.operator VALUES ('operator-2', 'pos-2', true);
INSERT INTO public.operator VALUES ('operator-3', 'pos-3', true);
INSERT INTO public.operator VALUES ('dewi', 'pos-9', false);


--
-- Data for Name: position; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public."position" VALUES ('pos-1', 'made-for-a-test-7-xxxxxx');
INSERT INTO public."position" VALUES ('pos-2', 'made-for-a-test-1-xxxxxx');
INSERT INTO public."position" VALUES ('pos-3', 'made-for-a-test-4-xxxxxx');
INSERT INTO public."position" VALUES ('pos-9', 'made-for-a-test-3');


--
-- Name: callback_task_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.callback_task_id_seq', 1, true);


--
-- Name: ivr_version_version_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.ivr_version_version_seq', 2, true);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: call_fact pk_call_fact; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_fact
    ADD CONSTRAINT pk_call_fact PRIMARY KEY (call_id, seq);


--
-- Name: call_record pk_call_record; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_record
    ADD CONSTRAINT pk_call_record PRIMARY KEY (id);


--
-- Name: callback_call pk_callback_call; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.callback_call
    ADD CONSTRAINT pk_callback_call PRIMARY KEY (call_id);


--
-- Name: callback_task pk_callback_task; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.callback_task
    ADD CONSTRAINT pk_callback_task PRIMARY KEY (id);


--
-- Name: ivr_version pk_ivr_version; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ivr_version
    ADD CONSTRAINT pk_ivr_version PRIMARY KEY (version);


--
-- Name: operator pk_operator; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.operator
    ADD CONSTRAINT pk_operator PRIMARY KEY (name);


--
-- Name: position pk_position; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."position"
    ADD CONSTRAINT pk_position PRIMARY KEY (name);


--
-- Name: operator uq_operator_position; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.operator
    ADD CONSTRAINT uq_operator_position UNIQUE ("position");


--
-- Name: ix_call_record_ani_e164_arrived_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_call_record_ani_e164_arrived_at ON public.call_record USING btree (ani_e164, arrived_at) WHERE (ani_e164 IS NOT NULL);


--
-- Name: ix_call_record_arrived_at_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_call_record_arrived_at_id ON public.call_record USING btree (arrived_at, id);


--
-- Name: ix_call_record_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_call_record_open ON public.call_record USING btree (node) WHERE (ended_at IS NULL);


--
-- Name: ix_callback_task_live; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_callback_task_live ON public.callback_task USING btree (number) WHERE (state <> 'closed'::text);


--
-- Name: call_fact call_fact_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER call_fact_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.call_fact FOR EACH STATEMENT EXECUTE FUNCTION public.ct112_refuse_change();


--
-- Name: ivr_version ivr_version_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER ivr_version_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ivr_version FOR EACH STATEMENT EXECUTE FUNCTION public.ct112_refuse_change();


--
-- Name: callback_call fk_callback_call_task_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.callback_call
    ADD CONSTRAINT fk_callback_call_task_id FOREIGN KEY (task_id) REFERENCES public.callback_task(id);


--
-- Name: operator fk_operator_position; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.operator
    ADD CONSTRAINT fk_operator_position FOREIGN KEY ("position") REFERENCES public."position"(name);


--
-- PostgreSQL database dump complete
--


