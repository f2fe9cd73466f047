;; -*- lexical-binding: t -*-
;; emacs -Q --batch -L . -l lsp_mode_session.el: a session with lsp-mode, set up by the snippet of the README.

(require 'common)
(require 'lsp-mode)
(require 'lsp-lens)
(require 'lsp-modeline)

(take-over-snippets)

(setq lsp-auto-guess-root t
      lsp-session-file (expand-file-name "lsp-session" (getenv "HOME"))
      lsp-server-install-dir (expand-file-name "lsp-servers" (getenv "HOME"))
      lsp-diagnostics-provider :none
      lsp-enable-file-watchers nil
      lsp-idle-delay 0.05
      lsp-restart 'ignore
      lsp-enabled-clients '(ffi-lsp) ; whatever else this machine has
      lsp-enable-snippet nil
      lsp-headerline-breadcrumb-enable nil
      project-find-functions (list (lambda (_) (cons 'transient workspace))))

(find-file (expand-file-name "mistakes.js" workspace))
(lsp)
(claim "the server is connected"
       (eventually (lambda () (seq-find (lambda (each) (eq (lsp--workspace-status each) 'initialized)) (lsp-workspaces)))))

(defun found (code)
  "The diagnostic of that CODE in this buffer."
  (seq-find (lambda (each) (equal (gethash "code" each) code)) (gethash buffer-file-name (lsp-diagnostics t))))
(claim "mistakes are shown" (eventually (lambda () (found "FFI201"))))

(defun ask (method)
  "The server's answer to METHOD at point."
  (lsp-request method (lsp--text-document-position-params)))

(goto-char (point-min))
(search-forward "sqlite3_reset:")
(backward-char 4)
(claim "hover shows the function"
       (string-match-p "sqlite3_reset" (gethash "value" (gethash "contents" (ask "textDocument/hover")))))

(goto-char (point-min))
(search-forward "result: \"i")
(claim "types are completed"
       (seq-find (lambda (item) (equal (gethash "label" item) "i32"))
                 (gethash "items" (ask "textDocument/completion"))))

(goto-char (point-min))
(search-forward "sqlite3_stepp: ")
(goto-char (+ (line-beginning-position) 4))
(lsp-execute-code-action (seq-find (lambda (action) (equal (gethash "kind" action) "quickfix")) (lsp-code-actions-at-point)))
(claim "a fix is applied"
       (eventually (lambda () (save-excursion (goto-char (point-min)) (search-forward "sqlite3_step:" nil t)))))

(defun lens (part)
  "The overlay of the lenses of a line that show PART."
  (seq-find (lambda (overlay)
              (when-let ((text (or (overlay-get overlay 'after-string) (overlay-get overlay 'before-string))))
                (string-match-p (regexp-quote part) text)))
            (overlays-in (point-min) (point-max))))
(lsp-lens-refresh t)
(claim "lenses are shown"
       (eventually (lambda () (lens "Run sqlite3_libversion_number()"))))

(let ((command (seq-some (lambda (each)
                           (let ((command (gethash "command" each)))
                             (and command (equal (gethash "title" command) "Run sqlite3_libversion_number()") command)))
                         (lsp-request "textDocument/codeLens" `(:textDocument ,(lsp--text-document-identifier)))))
      asked)
  (cl-letf (((symbol-function 'completing-read)
             (lambda (prompt choices &rest _)
               (push prompt asked)
               (funcall (choosing "Run once") prompt choices))))
    (lsp-workspace-command-execute (gethash "command" command) (gethash "arguments" command)))
  (claim "and the person was asked once" (= 1 (length asked)))
  (claim "the result stands in the lens"
         (eventually (lambda () (lsp-lens-refresh t) (lens "sqlite3_libversion_number() = 3")))))

(set-buffer-modified-p nil)
(let ((process (lsp--workspace-cmd-proc (car (lsp-workspaces)))))
  (lsp-workspace-shutdown (car (lsp-workspaces)))
  (claim "the server has ended" (eventually (lambda () (not (process-live-p process))))))
(kill-emacs 0)
