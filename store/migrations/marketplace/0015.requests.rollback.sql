DROP TABLE requests;
DROP TABLE service_requests;
