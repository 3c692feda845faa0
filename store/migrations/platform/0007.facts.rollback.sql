DROP TABLE pharmacy_facts;
