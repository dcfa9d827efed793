BEGIN TRANSACTION;
CREATE TABLE case_numbers (
	year INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	last INTEGER NOT NULL, 
	PRIMARY KEY (year, code)
);
INSERT INTO "case_numbers" VALUES(2026,'HP',1);
CREATE TABLE cases (
	id INTEGER NOT NULL, 
	number TEXT NOT NULL, 
	entry TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	title TEXT NOT NULL, 
	grade TEXT NOT NULL, 
	score DOUBLE, 
	status VARCHAR(6) NOT NULL, 
	assignee TEXT, 
	outcome TEXT, 
	outcome_label TEXT, 
	facts JSON NOT NULL, 
	reasons JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	created_by TEXT NOT NULL, 
	updated_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	CHECK (score BETWEEN 0 AND 1), 
	CHECK (status <> 'closed' OR outcome IS NOT NULL), 
	UNIQUE (number), 
	CONSTRAINT status CHECK (status IN ('new', 'review', 'action', 'closed'))
);
INSERT INTO "cases" VALUES(1,'2026-HP-000001','hazard_photo','b0a1','그린커피 정','위험',0.9,'action',NULL,'hold','통관보류','{"수량":3}','[{"code":"banned","text":"금지 성분이 적혀 있습니다","evidence":[{"source":"photo","key":"b0a1","detail":{}}],"legal_basis":""}]','2026-11-24 02:30:02.991765','김주무','2026-11-24 02:30:03.003211',2);
CREATE TABLE decisions (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	officer TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	outcome_label TEXT NOT NULL, 
	note TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(case_id, version) REFERENCES events (case_id, version), 
	UNIQUE (case_id, version)
);
INSERT INTO "decisions" VALUES(1,1,2,'김주무','hold','통관보류','확인','2026-11-24 02:30:03.003211');
CREATE TABLE events (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	"by" TEXT NOT NULL, 
	kind VARCHAR(9) NOT NULL, 
	old JSON NOT NULL, 
	new JSON NOT NULL, 
	note TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (case_id, version), 
	FOREIGN KEY(case_id) REFERENCES cases (id), 
	CONSTRAINT kind CHECK (kind IN ('created', 'assigned', 'moved', 'decided', 'noted', 'corrected'))
);
INSERT INTO "events" VALUES(1,1,1,'2026-11-24 02:30:02.991765','김주무','created','{}','{"number":"2026-HP-000001","entry":"hazard_photo","subject":"b0a1","title":"그린커피 정","grade":"위험","score":0.9,"status":"new","assignee":null,"outcome":null,"outcome_label":null,"facts":{"수량":3}}','');
INSERT INTO "events" VALUES(2,1,2,'2026-11-24 02:30:03.003211','김주무','decided','{"outcome":null,"outcome_label":null,"status":"new"}','{"outcome":"hold","outcome_label":"통관보류","status":"action"}','확인');
CREATE TABLE lessons (
	id INTEGER NOT NULL, 
	entry TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	officer TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	phrase TEXT NOT NULL, 
	target TEXT NOT NULL, 
	withdrawn_at DATETIME, 
	withdrawn_by TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE message_steps (
	id INTEGER NOT NULL, 
	message_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	"by" TEXT NOT NULL, 
	old VARCHAR(9), 
	new VARCHAR(9) NOT NULL, 
	note TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (message_id, version), 
	FOREIGN KEY(message_id) REFERENCES messages (id), 
	CONSTRAINT old_messagestate CHECK (old IN ('drafted', 'approved', 'sending', 'sent', 'delivered', 'failed', 'cancelled', 'in_doubt')), 
	CONSTRAINT messagestate CHECK (new IN ('drafted', 'approved', 'sending', 'sent', 'delivered', 'failed', 'cancelled', 'in_doubt'))
);
INSERT INTO "message_steps" VALUES(1,1,1,'2026-11-24 02:30:03.019579','김주무',NULL,'drafted','');
CREATE TABLE messages (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	entry TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	to_name TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	body TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	bytes INTEGER NOT NULL, 
	items JSON NOT NULL, 
	day DATE NOT NULL, 
	state VARCHAR(9) NOT NULL, 
	created_at DATETIME NOT NULL, 
	created_by TEXT NOT NULL, 
	approved_at DATETIME, 
	approved_by TEXT, 
	attempts INTEGER NOT NULL, 
	next_try_at DATETIME, 
	sent_at DATETIME, 
	claim TEXT, 
	lease_until DATETIME, 
	gateway TEXT, 
	reference TEXT, 
	provider_id TEXT, 
	version INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	CHECK (kind IN ('SMS', 'LMS')), 
	CONSTRAINT messagestate CHECK (state IN ('drafted', 'approved', 'sending', 'sent', 'delivered', 'failed', 'cancelled', 'in_doubt'))
);
INSERT INTO "messages" VALUES(1,'bonded_cargo:2026-06-30:04077013','bonded_cargo','0212345678','가상창고','반출신고','본문','SMS',4,'["a"]','2026-06-30','drafted','2026-11-24 02:30:03.019579','김주무',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
CREATE TABLE opinions (
	id INTEGER NOT NULL, 
	question_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	officer TEXT NOT NULL, 
	good BOOLEAN NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(question_id) REFERENCES questions (id)
);
CREATE TABLE questions (
	id INTEGER NOT NULL, 
	entry TEXT NOT NULL, 
	talk TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	officer TEXT NOT NULL, 
	text TEXT NOT NULL, 
	answer JSON NOT NULL, 
	abstained BOOLEAN NOT NULL, 
	hidden_at DATETIME, 
	settled_at DATETIME, 
	settled_by TEXT, 
	settled_how TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "questions" VALUES(1,'audit','가','2026-11-24 02:30:03.033849','김주무','질문','{"text":"답"}',0,NULL,NULL,NULL,NULL);
CREATE TABLE schema_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schema_version" VALUES(3);
CREATE INDEX cases_by_subject ON cases (entry, subject);
CREATE INDEX cases_by_entry ON cases (entry, status, id);
CREATE UNIQUE INDEX one_open_case_per_subject ON cases (entry, subject) WHERE status != 'closed';
CREATE INDEX cases_by_assignee ON cases (assignee, id);
CREATE TRIGGER cases_no_update BEFORE UPDATE OF id, number, entry, subject, created_at, created_by ON cases BEGIN SELECT RAISE(ABORT, 'cases is append-only'); END;
CREATE TRIGGER cases_no_delete BEFORE DELETE ON cases BEGIN SELECT RAISE(ABORT, 'cases is append-only'); END;
CREATE TRIGGER cases_no_replace BEFORE INSERT ON cases WHEN EXISTS (SELECT 1 FROM cases WHERE id = NEW.id OR (number = NEW.number)) BEGIN SELECT RAISE(ABORT, 'cases is append-only'); END;
CREATE UNIQUE INDEX one_message_per_key ON messages ("key") WHERE state != 'cancelled';
CREATE INDEX messages_by_state ON messages (entry, state, id);
CREATE INDEX messages_by_day ON messages (entry, day, id);
CREATE TRIGGER messages_no_update BEFORE UPDATE OF id, key, entry, phone, to_name, subject, body, kind, bytes, items, day, created_at, created_by ON messages BEGIN SELECT RAISE(ABORT, 'messages is append-only'); END;
CREATE TRIGGER messages_no_delete BEFORE DELETE ON messages BEGIN SELECT RAISE(ABORT, 'messages is append-only'); END;
CREATE TRIGGER messages_no_replace BEFORE INSERT ON messages WHEN EXISTS (SELECT 1 FROM messages WHERE id = NEW.id OR (key = NEW.key AND state <> 'cancelled' AND NEW.state <> 'cancelled')) BEGIN SELECT RAISE(ABORT, 'messages is append-only'); END;
CREATE INDEX questions_of_officer ON questions (entry, officer, id);
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER events_no_replace BEFORE INSERT ON events WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id OR (case_id = NEW.case_id AND version = NEW.version)) BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER message_steps_no_update BEFORE UPDATE ON message_steps BEGIN SELECT RAISE(ABORT, 'message_steps is append-only'); END;
CREATE TRIGGER message_steps_no_delete BEFORE DELETE ON message_steps BEGIN SELECT RAISE(ABORT, 'message_steps is append-only'); END;
CREATE TRIGGER message_steps_no_replace BEFORE INSERT ON message_steps WHEN EXISTS (SELECT 1 FROM message_steps WHERE id = NEW.id OR (message_id = NEW.message_id AND version = NEW.version)) BEGIN SELECT RAISE(ABORT, 'message_steps is append-only'); END;
CREATE INDEX ix_opinions_question_id ON opinions (question_id);
CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;
CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;
CREATE TRIGGER decisions_no_replace BEFORE INSERT ON decisions WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id OR (case_id = NEW.case_id AND version = NEW.version)) BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;
COMMIT;