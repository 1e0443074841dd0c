CREATE TABLE ai_device (
  id VARCHAR(32) NOT NULL PRIMARY KEY, user_id BIGINT, mac_address VARCHAR(50), last_connected_at DATETIME, auto_update TINYINT UNSIGNED DEFAULT 0,
  board VARCHAR(50), alias VARCHAR(64), agent_id VARCHAR(32), app_version VARCHAR(20), sort INT UNSIGNED DEFAULT 0, creator BIGINT,
  create_date DATETIME, updater BIGINT, update_date DATETIME, INDEX idx_ai_device_created_at (mac_address)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE ai_agent (
  id VARCHAR(32) NOT NULL PRIMARY KEY, user_id BIGINT, agent_code VARCHAR(36), agent_name VARCHAR(64), asr_model_id VARCHAR(32),
  vad_model_id VARCHAR(64), llm_model_id VARCHAR(32), tts_model_id VARCHAR(32), tts_voice_id VARCHAR(32), mem_model_id VARCHAR(32),
  intent_model_id VARCHAR(32), system_prompt TEXT, summary_memory TEXT, chat_history_conf TINYINT NOT NULL DEFAULT 0, lang_code VARCHAR(10),
  language VARCHAR(10), sort INT UNSIGNED DEFAULT 0, creator BIGINT, created_at DATETIME, updater BIGINT, updated_at DATETIME,
  INDEX idx_ai_agent_user_id (user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE ai_agent_chat_history (
  id BIGINT AUTO_INCREMENT PRIMARY KEY, mac_address VARCHAR(50), agent_id VARCHAR(32), session_id VARCHAR(50), chat_type TINYINT(3),
  content TEXT, audio_id VARCHAR(32), created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  INDEX idx_mac (mac_address), INDEX idx_session_id (session_id), INDEX idx_agent_id (agent_id),
  INDEX idx_agent_session_created (agent_id, session_id, created_at), INDEX idx_audio_id (audio_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE ai_agent_chat_audio (id VARCHAR(32) NOT NULL PRIMARY KEY, audio LONGBLOB) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE ai_agent_chat_title (
  id VARCHAR(32) NOT NULL PRIMARY KEY, session_id VARCHAR(255), title VARCHAR(255), INDEX idx_session (session_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE sys_params (id BIGINT PRIMARY KEY, param_code VARCHAR(100), param_value VARCHAR(2000), value_type VARCHAR(20));
CREATE TABLE DATABASECHANGELOG (ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT NULL, FILENAME VARCHAR(255) NOT NULL);
CREATE TABLE turns (id INT PRIMARY KEY, note VARCHAR(40));
CREATE TABLE backup_1_turns (id INT PRIMARY KEY);
INSERT INTO ai_device (id, user_id, mac_address, alias, agent_id, create_date)
  VALUES ('aa:bb:cc:dd:ee:01', 1, 'aa:bb:cc:dd:ee:01', '客厅', 'agent-1', '2026-01-02 03:04:05');
INSERT INTO ai_agent (id, user_id, agent_name, system_prompt) VALUES ('agent-1', 1, '小智', 'Du bist höflich. 😀');
INSERT INTO ai_agent_chat_history (mac_address, agent_id, session_id, chat_type, content, audio_id, created_at)
  VALUES ('aa:bb:cc:dd:ee:01', 'agent-1', 'session-1', 1, '你好', 'audio-1', '2026-01-02 03:04:05.678'),
         ('aa:bb:cc:dd:ee:01', 'agent-1', 'session-1', 2, '你好,小雨', NULL, '2026-01-02 03:04:06.001');
INSERT INTO ai_agent_chat_audio VALUES ('audio-1', X'52494646000102FF');
INSERT INTO ai_agent_chat_title VALUES ('t1', 'session-1', 'Begrüßung');
INSERT INTO sys_params VALUES (1, 'server.secret', 'x', 'string');
INSERT INTO turns VALUES (1, 'not ours');
