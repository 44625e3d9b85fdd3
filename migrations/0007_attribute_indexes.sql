-- Index rows of attributes are written and read from here on (docs: the store's physical design).
-- attr_txt is empty until now: its rows get the kinds that those of attr_num have, since equality
-- looks into arrays and Relationships and comparisons do not. Takes no lock for longer than it
-- takes to change the catalogue.

ALTER TABLE tenant ADD index_version bigint NOT NULL DEFAULT 0; -- counts every change of attr_index

ALTER TABLE attr_index ADD entities bigint NOT NULL DEFAULT 0;  -- of the type, when it became ready

DROP INDEX attr_txt_v;
ALTER TABLE attr_txt DROP CONSTRAINT attr_txt_pkey;
ALTER TABLE attr_txt ADD kind smallint NOT NULL;
ALTER TABLE attr_txt ADD PRIMARY KEY (eid, attr_id, type_id, kind, n);
CREATE INDEX attr_txt_v ON attr_txt (tenant_id, type_id, attr_id, kind, txt, eid);

-- Whoever changes attr_index, brokers learn of it: the statement that locks rows for a write reads
-- the tenant's version.
CREATE FUNCTION attr_index_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tenant SET index_version = index_version + 1
  WHERE id = coalesce(NEW.tenant_id, OLD.tenant_id);
  RETURN NULL;
END $$;
CREATE TRIGGER attr_index_changed AFTER INSERT OR UPDATE OR DELETE ON attr_index
  FOR EACH ROW EXECUTE FUNCTION attr_index_changed();
