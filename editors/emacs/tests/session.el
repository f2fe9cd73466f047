;; emacs -Q --batch -l session.el: a session with eglot as a person has it, with the very snippets of the README.
;; -Q leaves out the folders where Debian puts packages, so they are added here.

(let ((default-directory "/usr/share/emacs/site-lisp/elpa/"))
  (when (file-directory-p default-directory) (normal-top-level-add-subdirs-to-load-path)))
(require 'package)
(require 'eglot)
(require 'flymake)

(defvar workspace (getenv "WORKSPACE"))
(defvar limit 60 "Seconds that each step may take.")

(defun claim (what holds)
  "Print WHAT, and end Emacs with 1 unless HOLDS."
  (princ (format "%s %s\n" (if holds "ok" "NOT OK") what))
  (unless holds
    (princ (with-current-buffer "*Messages*" (buffer-string)))
    (kill-emacs 1)))

(defun eventually (condition)
  "The value of CONDITION once it is not nil; nil when the time is over."
  (let ((end (+ (float-time) limit)) value)
    (while (and (not (setq value (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    value))

;; The README's snippets, in their order; those for lsp-mode wait for a package that is not loaded.
(with-temp-buffer
  (insert-file-contents (getenv "README"))
  (while (re-search-forward "^```elisp\n\\(\\(?:.\\|\n\\)*?\n\\)```" nil t)
    (let ((snippet (match-string 1)))
      (with-temp-buffer
        (insert snippet)
        (eval-buffer)))))
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
               (seq-find (lambda (choice) (string-prefix-p "Run once" choice))
                         (mapcar (lambda (choice) (if (consp choice) (car choice) choice)) (append choices nil)))))
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
