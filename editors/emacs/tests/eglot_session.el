;; -*- lexical-binding: t -*-
;; emacs -Q --batch -L . -l eglot_session.el: a session with eglot as a person has it, with the very snippets of the README.

(require 'common)
(require 'eglot)
(require 'flymake)

(take-over-snippets)
(setq-default eglot-workspace-configuration nil)

(setq eglot-sync-connect t
      eglot-connect-timeout limit
      eglot-autoshutdown t
      eglot-send-changes-idle-time 0.05
      eglot-confirm-server-initiated-edits nil
      project-find-functions (list (lambda (_) (cons 'transient workspace))))

(find-file (expand-file-name "mistakes.js" workspace))
(apply #'eglot (eglot--guess-contact))
(claim "the server is connected" (eglot-current-server))

(defun found (part)
  "The diagnostic whose text has PART."
  (flymake-start)
  (seq-find (lambda (each) (string-match-p (regexp-quote part) (flymake-diagnostic-text each))) (flymake-diagnostics)))
(claim "mistakes are shown" (eventually (lambda () (found "FFI201"))))

(goto-char (point-min))
(search-forward "sqlite3_reset:")
(backward-char 4)
(let ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams))))
  (claim "hover shows the function"
         (string-match-p "sqlite3_reset" (eglot--hover-info (plist-get hover :contents) (plist-get hover :range)))))

(goto-char (point-min))
(search-forward "result: \"i")
(let* ((answer (jsonrpc-request (eglot-current-server) :textDocument/completion (eglot--TextDocumentPositionParams)))
       (items (if (vectorp answer) answer (plist-get answer :items))))
  (claim "types are completed" (seq-find (lambda (item) (equal (plist-get item :label) "i32")) items)))

(goto-char (point-min))
(search-forward "sqlite3_stepp: ")
(let ((beginning (line-beginning-position)))
  (goto-char (+ beginning 4))
  (cl-letf (((symbol-function 'completing-read)
             (lambda (_ choices &rest _) (caar (append choices nil))))
            (last-nonmenu-event ?x))
    (eglot-code-actions beginning (line-end-position) "quickfix" t))
  (claim "a fix is applied"
         (eventually (lambda () (save-excursion (goto-char (point-min)) (search-forward "sqlite3_step:" nil t))))))

(let (asked said)
  (cl-letf (((symbol-function 'completing-read)
             (lambda (prompt choices &rest _)
               (push prompt asked)
               (funcall (choosing "Run once") prompt choices)))
            ((symbol-function 'message)
             (lambda (form &rest words) (when form (push (apply #'format form words) said)))))
    (goto-char (point-min))
    (search-forward "sqlite3_libversion_number:")
    (ffi-bench)
    (claim "a function is timed"
           (eventually (lambda () (seq-find (lambda (words) (string-match-p "sqlite3_libversion_number() = 3.* per call" words))
                                            said))))
    (claim "and the person was asked once" (= 1 (length asked)))))

(set-buffer-modified-p nil)
(let ((process (jsonrpc--process (eglot-current-server))))
  (eglot-shutdown (eglot-current-server))
  (claim "the server has ended" (eventually (lambda () (not (process-live-p process))))))
(kill-emacs 0)
