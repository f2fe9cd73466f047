;; -*- lexical-binding: t -*-
;; What the sessions share: packages of Debian, claims, waiting, and the snippets of the page that people read.

;; -Q leaves out the folders where Debian puts packages.
(let ((default-directory "/usr/share/emacs/site-lisp/elpa/"))
  (when (file-directory-p default-directory) (normal-top-level-add-subdirs-to-load-path)))
(require 'package)

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

(defun take-over-snippets ()
  "Evaluate the README's snippets in their order; those for a package that is not loaded wait for it."
  (with-temp-buffer
    (insert-file-contents (getenv "README"))
    (while (re-search-forward "^```elisp\n\\(\\(?:.\\|\n\\)*?\n\\)```" nil t)
      (let ((snippet (match-string 1)))
        (with-temp-buffer
          (insert snippet)
          (eval-buffer))))))

(defun choosing (beginning)
  "A `completing-read' that takes the first choice which has that BEGINNING."
  (lambda (_ choices &rest _)
    (seq-find (lambda (choice) (string-prefix-p beginning choice))
              (mapcar (lambda (choice) (if (consp choice) (car choice) choice)) (append choices nil)))))

(provide 'common)
